import { Router } from "express";
import { INTERNAL_HEADER } from "../contract/internal-header.ts";
import type { Recommendation } from "../serving/recommender.ts";
import type { DetailedAnswer } from "../serving/user-answers.ts";
import { describeMovie } from "./describe-movie.ts";
import { queryOf, requireUserId } from "./query.ts";
import { type RecommendParts, headerTexts } from "./recommend.ts";
import type { ServingModel } from "../serving/serving-model.ts";

const MOST = 100;

/**
 * `GET /api/v1/users/:userId/recommendations?n=1..100&exclude=…&explain=true` answers JSON: movies
 * with title, year and score, and on request the watched movies or other reasons behind each.
 */
export function recommendationsRoute(
  parts: RecommendParts & { readonly model: () => ServingModel },
): Router {
  const { answers, metrics, nowMs } = parts;
  const headerOf = headerTexts(parts.build);
  return Router().get("/api/v1/users/:userId/recommendations", async (req, res) => {
    const startMs = nowMs();
    const userId = requireUserId(req.params.userId);
    const query = queryOf(req.url, ["n", "exclude", "explain"]);
    const options = {
      n: query.count("n", { least: 1, most: MOST, otherwise: 20 }),
      explain: query.flag("explain"),
      exclude: query
        .movieIds("exclude")
        .map((id) => parts.model().indexOfId(id))
        .filter((movie) => movie !== undefined), // one that we do not know cannot be recommended
    };
    const answer = await answers.detailed(userId, options);
    metrics.listMade(answer.reason, answer.personalised);
    res.setHeader(INTERNAL_HEADER, headerOf(answer));
    res.json({
      userId,
      personalised: answer.personalised,
      reason: answer.reason,
      watched: answer.watched,
      movies: answer.movies.map((one) => recommended(answer, one)),
    });
    metrics.answered("recommendations", (nowMs() - startMs) / 1_000);
  });
}

function recommended({ model }: DetailedAnswer, one: Recommendation): object {
  return {
    ...describeMovie(model, one.movie),
    score: rounded(one.score),
    similarity: rounded(one.similarity),
    ...(one.predictedRating !== undefined && { predictedRating: rounded(one.predictedRating) }),
    ...(one.models && { models: roundedShares(one.models) }),
    ...(one.reasons && { because: becauseOf(model, one.reasons) }),
  };
}

function becauseOf(model: ServingModel, reasons: NonNullable<Recommendation["reasons"]>): object[] {
  if (reasons.length === 0) return [{ kind: "popular_and_well_rated" }];
  return reasons.map((reason) => ({
    kind: "watched",
    ...describeMovie(model, reason.index),
    share: rounded(reason.share),
  }));
}

/** Those that add something, the largest first. */
function roundedShares(shares: Readonly<Record<string, number>>): Record<string, number> {
  const sorted = Object.entries(shares)
    .filter(([, share]) => share >= 0.00005)
    .sort(([, a], [, b]) => b - a);
  return Object.fromEntries(sorted.map(([name, share]) => [name, rounded(share)]));
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
