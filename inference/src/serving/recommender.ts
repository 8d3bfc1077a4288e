import { type RankedMovie, rankMovies } from "../ranking/rank-movies.ts";
import { accumulate, bar, clearCandidates, createCandidates } from "../retrieval/accumulate.ts";
import { type Reason, explain } from "../retrieval/explain.ts";
import { MOVIE_KEY, type PackedHistory, STRIDE, rowCount } from "../retrieval/packed-history.ts";
import { createSignals, weighHistory } from "../retrieval/signals.ts";
import type { ServingModel } from "./serving-model.ts";

/** Watched movies named behind a recommended one. */
const REASONS = 3;

export interface Recommendation extends RankedMovie {
  /** The watched movies behind it, where an explanation was asked for. */
  readonly reasons?: readonly Reason[];
}

export interface Recommendations {
  /** Best first, at most n. */
  readonly movies: readonly Recommendation[];
  /** Whether the user's history proposed at least one of them. */
  readonly personalised: boolean;
}

export interface RecommendOptions {
  readonly n: number;
  /** Dense indices never to recommend, beside what was watched. */
  readonly exclude?: readonly number[];
  readonly explain?: boolean;
}

export interface Recommender {
  recommend(
    model: ServingModel,
    history: PackedHistory,
    options: RecommendOptions,
  ): Recommendations;
}

/**
 * Retrieval, then ranking, over arrays that are kept from call to call. Where the history says
 * nothing about taste, the varied popular list without what was watched or excluded.
 */
export function createRecommender(): Recommender {
  let candidates = createCandidates(0);
  let signals = createSignals(1_000);
  const barAll = (model: ServingModel, history: PackedHistory, exclude: readonly number[]) => {
    for (let row = 0; row < history.length; row += STRIDE) {
      const movie = model.indexOf(history[row + MOVIE_KEY] as number);
      if (movie !== undefined) bar(candidates, movie);
    }
    for (const movie of exclude) bar(candidates, movie);
  };
  return {
    recommend(model, history, { n, exclude = [], explain: asksWhy = false }) {
      const movies = model.movies.length;
      if (candidates.sums.length !== movies) candidates = createCandidates(movies);
      if (signals.indices.length < rowCount(history))
        signals = createSignals(2 * rowCount(history));
      clearCandidates(candidates);
      barAll(model, history, exclude);
      weighHistory(history, model, model.parameters, signals);
      accumulate(signals, model.index, candidates);
      if (candidates.most <= 0) return popularOnly(model, candidates.sums, n);
      const ranked = rankMovies(candidates, model.standings, n);
      const personalised = ranked.some(({ similarity }) => similarity > 0);
      if (!asksWhy) return { movies: ranked, personalised };
      const reasons = explain(
        signals,
        model.index,
        ranked.map(({ movie }) => movie),
        REASONS,
      );
      return {
        movies: ranked.map((one) => ({ ...one, reasons: reasons.get(one.movie) ?? [] })),
        personalised,
      };
    },
  };
}

/** @param sums −∞ where barred. */
function popularOnly(model: ServingModel, sums: Float32Array, n: number): Recommendations {
  const chosen = new Set<number>();
  // The popular list is cut; what was watched or excluded may be more than the cut leaves.
  for (const list of [model.popular, model.standings.order]) {
    for (const movie of list) {
      if (chosen.size >= n) break;
      if (sums[movie] !== -Infinity) chosen.add(movie);
    }
  }
  const movies = Array.from(chosen, (movie) => ({
    movie,
    score: model.standings.standing[movie] ?? 0,
    similarity: 0,
  }));
  return { movies, personalised: false };
}
