import { type SignalScores, signalShares } from "../models/blend/blend-scores.ts";
import type { UserInteractions } from "../models/interactions.ts";
import type { ModelName, Scorer } from "../models/model.ts";
import { type Newcomers, newcomerScore } from "../models/ranker/newcomers.ts";
import type { Reason } from "../retrieval/explain.ts";
import type { LearnedModels } from "./learned-models.ts";
import { REASONS } from "./recommend-by-neighbours.ts";
import type { LearnedList } from "./recommend-learned.ts";
import type { Recommendation } from "./recommendation.ts";
import type { ServingModel } from "./serving-model.ts";

export interface ExplainedList {
  readonly model: Pick<ServingModel, "newcomers">;
  readonly learned: Pick<LearnedModels, "scorers" | "blend" | "known">;
  readonly user: UserInteractions;
  readonly list: Pick<LearnedList, "candidates" | "signals">;
}

/** The recommendations with what each model adds to them, and the watched movies that this comes from. */
export function explainLearned(
  explained: ExplainedList,
  movies: readonly Recommendation[],
): Recommendation[] {
  const { learned, list, user } = explained;
  const places = new Map(Array.from(list.candidates, (movie, place) => [movie, place]));
  const ratings = predictRatings(learned, user, movies);
  return movies.map((one, at) => {
    const place = places.get(one.movie) ?? -1;
    const models = modelShares(learned, list.signals, place);
    const reasons = reasonsFor(explained, one.movie, models);
    const predictedRating = ratings?.[at];
    return { ...one, models, reasons, ...(predictedRating !== undefined && { predictedRating }) };
  });
}

/**
 * What each signal adds to a candidate's blended score, in shares of all that speak for it; those that speak
 * against it are 0.
 *
 * @param place of the movie among the candidates.
 */
export function modelShares(
  { blend }: Pick<LearnedModels, "blend">,
  signals: SignalScores,
  place: number,
): Partial<Record<ModelName, number>> {
  const added = Object.entries(signalShares(blend, signals, place));
  const total = added.reduce((sum, [, share]) => sum + Math.max(0, share), 0);
  const shares = added.map(([name, share]) => [name, total > 0 ? Math.max(0, share) / total : 0]);
  return Object.fromEntries(shares) as Partial<Record<ModelName, number>>;
}

/**
 * The watched movies that carried most of a movie's score: of each model what speaks for the movie, in the model's
 * share of the blend. Largest first, ties to the smaller index; shares of all that could be traced.
 */
function reasonsFor(
  { model: { newcomers }, learned: { scorers }, user }: ExplainedList,
  movie: number,
  models: Readonly<Partial<Record<ModelName, number>>>,
): Reason[] {
  const carried = new Float64Array(user.movieOf.length);
  for (const [name, share] of Object.entries(models)) {
    const scorer = scorers.get(name as ModelName);
    if (scorer === undefined) continue;
    const parts = contributionsTo(scorer, user, movie, newcomers);
    const total = parts.reduce((sum, part) => sum + Math.max(0, part), 0);
    if (!(total > 0)) continue;
    parts.forEach((part, place) => {
      carried[place] = (carried[place] as number) + (share * Math.max(0, part)) / total;
    });
  }
  const all = carried.reduce((sum, part) => sum + part, 0);
  return Array.from(carried, (part, place) => ({
    index: user.movieOf[place] as number,
    share: all > 0 ? part / all : 0,
  }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share || a.index - b.index)
    .slice(0, REASONS);
}

/** Of a movie that came after the bundle: what its neighbours' contributions are, weighted as their scores are. */
function contributionsTo(
  scorer: Scorer,
  user: UserInteractions,
  movie: number,
  newcomers: Newcomers,
): Float32Array {
  if (movie < newcomers.known) return scorer.contributions(user, movie);
  const byKin = new Map<number, Float32Array>();
  const ofKin = (kin: number) => {
    const parts = byKin.get(kin) ?? scorer.contributions(user, kin);
    byKin.set(kin, parts);
    return parts;
  };
  return Float32Array.from(user.movieOf, (_, place) =>
    newcomerScore(newcomers, movie - newcomers.known, (kin) => ofKin(kin)[place] as number),
  );
}

/** Undefined without a model of ratings; of a movie that came after it, too. */
function predictRatings(
  { scorers, known }: ExplainedList["learned"],
  user: UserInteractions,
  movies: readonly Recommendation[],
): (number | undefined)[] | undefined {
  const scorer = scorers.get("svd");
  if (scorer === undefined) return undefined;
  const asked = Int32Array.from(movies.flatMap(({ movie }) => (movie < known ? [movie] : [])));
  const scores = new Float32Array(asked.length);
  scorer.scoreSome(user, asked, scores);
  const predicted = new Map(
    Array.from(asked, (movie, place) => [movie, Math.min(1, Math.max(0, scores[place] as number))]),
  );
  return movies.map(({ movie }) => predicted.get(movie));
}
