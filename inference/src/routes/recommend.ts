import type { RequestListener, ServerResponse } from "node:http";
import { parseUserId } from "@canarec/service-kit/identifiers";
import { type RequestHandler, Router } from "express";
import { INTERNAL_HEADER } from "../contract/internal-header.ts";
import type { InferenceMetrics } from "../metrics.ts";
import {
  type HeadedAnswer,
  type TextAnswer,
  type UserAnswers,
  internalHeaderOf,
} from "../serving/user-answers.ts";
import { queryOf, requireUserId } from "./query.ts";

export interface RecommendParts {
  readonly answers: UserAnswers;
  readonly metrics: InferenceMetrics;
  readonly build: string;
  readonly nowMs: () => number;
}

/** Texts of the internal header that are kept: a few per bundle. */
const KEPT_HEADERS = 100;

const PATH = "/recommend/";

/** Send the list of a user: at once where it is in memory, and then without a promise. */
type SendList = (res: ServerResponse, userId: number) => Promise<void> | undefined;

/**
 * `GET /recommend/:userId` answers movie ids, best first, separated by commas: one line of text
 * without a newline, as the platform expects it.
 */
export function recommendRoute(parts: RecommendParts): Router {
  const sendList = listSender(parts);
  const handle: RequestHandler<{ userId: string }> = (req, res) => {
    const userId = requireUserId(req.params.userId);
    queryOf(req.url, []);
    return sendList(res, userId);
  };
  return Router().get("/recommend/:userId", handle);
}

/**
 * The same without express, whose routing costs as much as finding a list in memory, for requests as
 * the load balancer sends them. All others, and any failure, go `otherwise`, to the route above.
 */
export function recommendDirectly(
  parts: RecommendParts,
  otherwise: RequestListener,
): RequestListener {
  const sendList = listSender(parts);
  return (req, res) => {
    const userId =
      req.method === "GET" && req.url?.startsWith(PATH) === true
        ? parseUserId(req.url.slice(PATH.length))
        : undefined;
    if (userId === undefined) {
      otherwise(req, res);
      return;
    }
    try {
      sendList(res, userId)?.catch(() => {
        otherwise(req, res);
      });
    } catch {
      otherwise(req, res);
    }
  };
}

function listSender({ answers, metrics, nowMs, build }: RecommendParts): SendList {
  const headerOf = headerTexts(build);
  const send = (res: ServerResponse, answer: TextAnswer, startMs: number) => {
    metrics.listMade(answer.reason, answer.personalised);
    // Straight to Node: express would look for ETag, charset and freshness, at half the rate.
    res.writeHead(200, [
      "content-type",
      "text/plain; charset=utf-8",
      "content-length",
      String(Buffer.byteLength(answer.text)),
      INTERNAL_HEADER,
      headerOf(answer),
    ]);
    res.end(answer.text);
    metrics.answered("recommend", (nowMs() - startMs) / 1_000);
  };
  return (res, userId) => {
    const startMs = nowMs();
    const answer = answers.text(userId);
    if (answer instanceof Promise) return answer.then((late) => send(res, late, startMs));
    send(res, answer, startMs);
    return undefined;
  };
}

/**
 * The internal header's text of an answer: made once for all that have the same, and where movies were drawn once
 * for as long as the answer is kept.
 */
export function headerTexts(build: string): (answer: HeadedAnswer) => string {
  const texts = new Map<string, string>();
  const drawn = new WeakMap<HeadedAnswer, string>();
  return (answer) => {
    if (answer.propensities !== null) {
      const text = drawn.get(answer) ?? JSON.stringify(internalHeaderOf(answer, build));
      drawn.set(answer, text);
      return text;
    }
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
