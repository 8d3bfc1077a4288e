import { type RequestHandler, type Response, Router } from "express";
import { INTERNAL_HEADER } from "../contract/internal-header.ts";
import type { InferenceMetrics } from "../metrics.ts";
import { type TextAnswer, type UserAnswers, internalHeaderOf } from "../serving/user-answers.ts";
import { queryOf, requireUserId } from "./query.ts";

export interface RecommendParts {
  readonly answers: UserAnswers;
  readonly metrics: InferenceMetrics;
  readonly build: string;
  readonly nowMs: () => number;
}

/** Texts of the internal header that are kept: a few per bundle. */
const KEPT_HEADERS = 100;

/**
 * `GET /recommend/:userId` answers movie ids, best first, separated by commas: one line of text
 * without a newline, as the platform expects it.
 */
export function recommendRoute(parts: RecommendParts): Router {
  const { answers, metrics, nowMs } = parts;
  const headerOf = headerTexts(parts.build);
  const send = (res: Response, answer: TextAnswer, startMs: number) => {
    metrics.listMade(answer.reason, answer.personalised);
    // Straight to Node: express would look for ETag, charset and freshness, at half the rate.
    res.writeHead(200, {
      "content-type": "text/plain; charset=utf-8",
      "content-length": Buffer.byteLength(answer.text),
      [INTERNAL_HEADER]: headerOf(answer),
    });
    res.end(answer.text);
    metrics.answered("recommend", (nowMs() - startMs) / 1_000);
  };
  const handle: RequestHandler<{ userId: string }> = (req, res) => {
    const startMs = nowMs();
    const userId = requireUserId(req.params.userId);
    queryOf(req.url, []);
    const answer = answers.text(userId);
    if (!(answer instanceof Promise)) {
      send(res, answer, startMs);
      return undefined;
    }
    return answer.then((late) => send(res, late, startMs));
  };
  return Router().get("/recommend/:userId", handle);
}

/** The internal header's text of an answer, made once for all that have the same. */
export function headerTexts(
  build: string,
): (answer: Pick<TextAnswer, "model" | "reason" | "personalised">) => string {
  const texts = new Map<string, string>();
  return (answer) => {
    const key = `${answer.model.bundleId}${answer.reason}${String(answer.personalised)}`;
    let text = texts.get(key);
    if (text === undefined) {
      if (texts.size >= KEPT_HEADERS) texts.clear();
      text = JSON.stringify(internalHeaderOf(answer, build));
      texts.set(key, text);
    }
    return text;
  };
}
