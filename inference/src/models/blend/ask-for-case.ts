import type { UserInteractions } from "../interactions.ts";
import { noNewcomers } from "../ranker/newcomers.ts";
import type { Ranker } from "../ranker/ranker.ts";
import type { SignalScores } from "./blend-scores.ts";

/** What is the same for every user, by dense index, each (movies): "rating" and "newness". */
export interface SharedSignals {
  readonly rating?: Float32Array;
  readonly newness?: Float32Array;
}

/** Whom the models are asked about. */
export interface AskedCase {
  readonly known: UserInteractions;
  /** Dense indices that must not be listed. */
  readonly barred: Int32Array;
}

export interface CaseAnswers {
  /** Dense indices, ascending. */
  readonly candidates: Int32Array;
  /** Each (candidates). */
  readonly scores: SignalScores;
}

/** Ask every model about one user, with all the time that it takes. */
export function askForCase(
  ranker: Ranker,
  movies: number,
  shared: SharedSignals,
  { known, barred }: AskedCase,
): CaseAnswers {
  const isBarred = new Uint8Array(movies);
  for (const movie of barred) isBarred[movie] = 1;
  const { candidates, scores } = ranker.ask({
    user: known,
    barred: isBarred,
    always: [],
    newcomers: noNewcomers(movies),
    mayAsk: () => true,
  });
  return { candidates, scores: { ...scores, ...pickShared(shared, candidates) } };
}

function pickShared({ rating, newness }: SharedSignals, candidates: Int32Array): SignalScores {
  const pick = (values: Float32Array) =>
    Float32Array.from(candidates, (movie) => values[movie] ?? 0);
  return {
    ...(rating === undefined ? {} : { rating: pick(rating) }),
    ...(newness === undefined ? {} : { newness: pick(newness) }),
  };
}
