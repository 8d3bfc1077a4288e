import { ServiceError } from "@canarec/service-kit/errors";
import { type Interactions, rowOf } from "../models/interactions.ts";
import { markedPlaces, moviesAt } from "./hide-targets.ts";
import { keepInteractions, likedMarks } from "./keep-interactions.ts";
import { TARGET_SHARE } from "./split-options.ts";
import type { Split, TestCase } from "./split.ts";

export interface TemporalSplitOptions {
  /** The least preference that counts as liked, and so may be a target. */
  readonly likedFrom: number;
  /** Interactions from this time on are the future, in milliseconds since 1970; else by `testShare`. */
  readonly cutAt?: number;
  /** Share of the interactions that are the future, the latest ones, in (0, 1); 0.2 unless told. */
  readonly testShare?: number;
  /** Users with fewer interactions before the cut are not asked; 1 unless told. */
  readonly leastKnown?: number;
}

/**
 * One moment parts past from future for all users: models learn from what was before it, with its
 * preferences, and have to find what was liked from it on. What a release gate uses: nothing leaks backwards.
 *
 * @throws ServiceError "invalid_argument" for an option outside its range.
 */
export function temporalSplit(of: Interactions, options: TemporalSplitOptions): Split {
  const { likedFrom, leastKnown = 1 } = options;
  const cutAt = options.cutAt ?? cutOf(of.times, options.testShare ?? TARGET_SHARE);
  const isPast = Uint8Array.from(of.times, (time) => (time < cutAt ? 1 : 0));
  const isTarget = likedMarks(of, likedFrom).map((liked, at) => (isPast[at] === 1 ? 0 : liked));
  const training = keepInteractions(of, isPast);
  const cases: TestCase[] = [];
  for (let user = 0; user < of.users; user += 1) {
    const known = rowOf(training, user);
    const targets = moviesAt(of, markedPlaces(of, isTarget, user));
    if (targets.length > 0 && known.movieOf.length >= leastKnown) {
      cases.push({ user, known, targets, barred: known.movieOf });
    }
  }
  return { protocol: "temporal", training, cases };
}

/** The time of the first of the latest `testShare`; equal times stay together, in the future. */
function cutOf(times: Float64Array, testShare: number): number {
  if (!(testShare > 0 && testShare < 1)) {
    throw new ServiceError("invalid_argument", `testShare ${testShare} is not in (0, 1)`);
  }
  const sorted = times.slice().sort();
  return sorted[Math.floor((1 - testShare) * sorted.length)] ?? 0;
}
