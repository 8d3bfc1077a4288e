import { rankMovies } from "../ranking/rank-movies.ts";
import type { BarRule } from "../retrieval/bar-rule.ts";
import { accumulate, bar, clearCandidates, createCandidates } from "../retrieval/accumulate.ts";
import { explain } from "../retrieval/explain.ts";
import { type PackedHistory, rowCount } from "../retrieval/packed-history.ts";
import { createSignals, weighHistory } from "../retrieval/signals.ts";
import { barredMovies } from "./barred-movies.ts";
import type { RecommendWithoutHistory } from "./recommend-without-history.ts";
import type { RecommendOptions, Recommendations } from "./recommendation.ts";
import type { ServingModel } from "./serving-model.ts";

/** Watched movies kept behind a recommended one: what else carried it is little. */
export const REASONS = 20;

export type RecommendByNeighbours = (
  model: ServingModel,
  history: PackedHistory,
  options: RecommendOptions,
) => Recommendations;

/**
 * Retrieval by neighbours, then ranking, over arrays that are kept from call to call. Where the history says
 * nothing about taste, a list without it.
 */
export function createRecommendByNeighbours(
  rule: BarRule,
  withoutHistory: RecommendWithoutHistory,
): RecommendByNeighbours {
  let candidates = createCandidates(0);
  let signals = createSignals(1_000);
  return (model, history, options) => {
    const { n, explain: asksWhy = false } = options;
    const movies = model.movies.length;
    if (candidates.sums.length !== movies) candidates = createCandidates(movies);
    if (signals.indices.length < rowCount(history)) signals = createSignals(2 * rowCount(history));
    clearCandidates(candidates);
    barredMovies(model, { ...options, history, rule }, (movie) => {
      bar(candidates, movie);
    });
    weighHistory(history, model, model.parameters, signals);
    accumulate(signals, model.index, candidates);
    if (candidates.most <= 0) {
      return withoutHistory(model, (movie) => candidates.sums[movie] === -Infinity, options);
    }
    const ranked = rankMovies(candidates, model.standings, n);
    const personalised = ranked.some(({ similarity }) => similarity > 0);
    if (!asksWhy) return { movies: ranked, personalised };
    const indices = ranked.map(({ movie }) => movie);
    const reasons = explain(signals, model.index, indices, REASONS);
    return {
      movies: ranked.map((one) => ({ ...one, reasons: reasons.get(one.movie) ?? [] })),
      personalised,
    };
  };
}
