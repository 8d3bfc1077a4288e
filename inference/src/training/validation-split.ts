import { openDraw } from "../evaluation/draw.ts";
import type { Split } from "../evaluation/split.ts";
import { temporalSplit } from "../evaluation/temporal-split.ts";
import { weakSplit } from "../evaluation/weak-split.ts";
import type { Interactions } from "../models/interactions.ts";

/** Half of a movie watched, or rated 3.5 of 5. */
export const LIKED_FROM = 0.35;

/** Users whom a split must ask, for what is learned or measured on it to mean something. */
export const LEAST_CASES = 50;

/** Users beyond which more say nothing new: a random part of them is asked. */
const MOST_CASES = 2_000;

/** Share of the interactions that are the future. */
const FUTURE = 0.1;

/**
 * Part interactions into what models learn from and what they are asked: by time, as a release is judged, where
 * enough users were active on both sides; else each user's own by chance. Undefined where neither leaves
 * enough users.
 */
export function validationSplit(of: Interactions, seed: number): Split | undefined {
  const past = temporalSplit(of, { likedFrom: LIKED_FROM, testShare: FUTURE });
  if (past.cases.length >= LEAST_CASES) return drawn(past, seed);
  const hidden = weakSplit(of, { likedFrom: LIKED_FROM, seed });
  return hidden.cases.length >= LEAST_CASES ? drawn(hidden, seed) : undefined;
}

function drawn(split: Split, seed: number): Split {
  if (split.cases.length <= MOST_CASES) return split;
  const places = openDraw(seed).places(split.cases.length, MOST_CASES);
  return { ...split, cases: split.cases.filter((_, place) => places.includes(place)) };
}
