import { PROBE_USER_ID } from "@canarec/db-utils/users/probe-user";
import { Router } from "express";
import { INTERNAL_HEADER } from "../contract/internal-header.ts";
import type { Recommendation } from "../serving/recommender.ts";
import type { DetailedAnswer } from "../serving/user-answers.ts";
import { type PeopleOf, becauseOf, explainingKeys, rounded } from "./because-of.ts";
import { describeMovie } from "./describe-movie.ts";
import { queryOf, requireUserId } from "./query.ts";
import { type RecommendParts, headerTexts } from "./recommend.ts";
import type { ServingModel } from "../serving/serving-model.ts";

const MOST = 100;

export interface RecommendationsParts extends RecommendParts {
  readonly model: () => ServingModel;
  /** Names by movie key; rejects where they cannot be read in time. */
  readonly readPeople: (movieKeys: readonly number[]) => Promise<NonNullable<PeopleOf>>;
}

/**
 * `GET /api/v1/users/:userId/recommendations?n=1..100&exclude=…&explain=true` answers JSON: the latest event that the list is made of, and movies
 * with title, year and score, and on request the watched movies, people and genres behind each; without people, and marked so, where they cannot be read.
 */
export function recommendationsRoute(parts: RecommendationsParts): Router {
  const { answers, metrics, nowMs } = parts;
  const headerOf = headerTexts(parts.build);
  return Router().get("/api/v1/users/:userId/recommendations", async (req, res) => {
    const startMs = nowMs();
    const userId = requireUserId(req.params.userId);
    const query = queryOf(req.url, ["n", "exclude", "explain"]);
    const explain = query.flag("explain");
    const options = {
      n: query.count("n", { least: 1, most: MOST, otherwise: 20 }),
      explain,
      exclude: query
        .movieIds("exclude")
        .map((id) => parts.model().indexOfId(id))
        .filter((movie) => movie !== undefined), // one that we do not know cannot be recommended
    };
    const answer = await answers.detailed(userId, options);
    const people = explain ? await peopleOf(parts, answer) : undefined;
    // The probe asks several times a second, and is nobody.
    if (userId !== PROBE_USER_ID) metrics.listMade(answer.reason, answer.personalised);
    res.setHeader(INTERNAL_HEADER, headerOf(answer));
    res.json({
      userId,
      personalised: answer.personalised,
      reason: answer.reason,
      watched: answer.watched,
      lastEventAt: timeOf(answer.lastEventMs),
      // Told only where it matters: reasons would be other ones.
      ...(explain && people === undefined && { peopleCompared: false }),
      movies: answer.movies.map((one) => recommended(answer, { explain, people }, one)),
    });
    metrics.answered("recommendations", (nowMs() - startMs) / 1_000);
  });
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

interface Explaining {
  readonly explain: boolean;
  readonly people: PeopleOf;
}

function recommended(
  { model, basis }: DetailedAnswer,
  { explain, people }: Explaining,
  one: Recommendation,
): object {
  return {
    ...describeMovie(model, one.movie),
    score: rounded(one.score),
    similarity: rounded(one.similarity),
    ...(one.predictedRating !== undefined && { predictedRating: rounded(one.predictedRating) }),
    ...(one.models && { models: roundedShares(one.models) }),
    ...(one.reasons && { because: becauseOf(model, people, one) }),
    ...(explain && basis !== undefined && { because: [{ kind: basis }] }),
  };
}

async function peopleOf(
  { readPeople }: RecommendationsParts,
  { model, movies }: DetailedAnswer,
): Promise<PeopleOf> {
  try {
    return await readPeople(explainingKeys(model, movies));
  } catch {
    return undefined;
  }
}

/** Those that add something, the largest first. */
function roundedShares(shares: Readonly<Record<string, number>>): Record<string, number> {
  const sorted = Object.entries(shares)
    .filter(([, share]) => share >= 0.00005)
    .sort(([, a], [, b]) => b - a);
  return Object.fromEntries(sorted.map(([name, share]) => [name, rounded(share)]));
}
