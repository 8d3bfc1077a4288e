import type { UserInteractions } from "../interactions.ts";
import { noNewcomers } from "../ranker/newcomers.ts";
import type { Ranker } from "../ranker/ranker.ts";
import type { SignalScores } from "./blend-scores.ts";

/** Whom the models are asked about. */
export interface AskedCase {
  readonly known: UserInteractions;
  /** Dense indices that must not be listed. */
  readonly barred: Int32Array;
  /** Dense indices that are candidates whatever the models say, unless barred. */
  readonly always?: Int32Array;
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
  { known, barred, always = new Int32Array(0) }: AskedCase,
): CaseAnswers {
  const isBarred = new Uint8Array(movies);
  for (const movie of barred) isBarred[movie] = 1;
  return ranker.ask({
    user: known,
    barred: isBarred,
    always,
    newcomers: noNewcomers(movies),
    mayAsk: () => true,
  });
}
