import { ServiceError } from "@canarec/service-kit/errors";
import { type Interactions, type UserInteractions, rowOf } from "../models/interactions.ts";
import { openDraw } from "./draw.ts";
import { drawTargets, markedPlaces, moviesAt } from "./hide-targets.ts";
import { keepInteractions, likedOnly } from "./keep-interactions.ts";
import { type SplitOptions, checkSplitOptions } from "./split-options.ts";
import type { Split, TestCase } from "./split.ts";

export interface StrongSplitOptions extends SplitOptions {
  /** How many users are held out; a tenth of those who could be, unless told. */
  readonly heldOut?: number;
}

/**
 * Strong generalisation (Liang, Krishnan, Hoffman, Jebara 2018): users drawn at random are unknown to
 * training; a part of their liked movies is told when they are asked, the rest is to be found. Only liked movies
 * exist, and only users who have enough of them.
 *
 * @throws ServiceError "invalid_argument" for an option outside its range.
 */
export function strongSplit(of: Interactions, options: StrongSplitOptions): Split {
  const { likedFrom, seed, targetShare, leastLiked } = checkSplitOptions(options);
  const draw = openDraw(seed);
  const liked = likedOnly(of, likedFrom);
  const all = new Uint8Array(liked.movieOf.length).fill(1);
  const eligible = Array.from({ length: of.users }, (_, user) => user).filter(
    (user) => rowOf(liked, user).movieOf.length >= leastLiked,
  );
  const count = heldOutOf(eligible.length, options.heldOut);
  const heldOut = [...draw.places(eligible.length, count)].map((place) => eligible[place] ?? 0);
  const cases = heldOut.map((user): TestCase => {
    const places = markedPlaces(liked, all, user);
    const targets = drawTargets(places, targetShare, draw);
    const isTarget = new Set(targets);
    const known = interactionsAt(
      liked,
      places.filter((place) => !isTarget.has(place)),
    );
    return { user, known, targets: moviesAt(liked, targets), barred: known.movieOf };
  });
  return { protocol: "strong", training: withRowsOf(liked, eligible, heldOut), cases };
}

function heldOutOf(eligible: number, heldOut = Math.ceil(eligible / 10)): number {
  if (Number.isInteger(heldOut) && heldOut >= 0 && (heldOut < eligible || heldOut === 0)) {
    return heldOut;
  }
  if (eligible <= 1) return 0; // nobody would be left to learn from
  throw new ServiceError(
    "invalid_argument",
    `heldOut ${heldOut} is not a whole number below ${eligible}, the users with enough liked movies`,
  );
}

function withRowsOf(
  of: Interactions,
  eligible: readonly number[],
  without: readonly number[],
): Interactions {
  const marks = new Uint8Array(of.movieOf.length);
  for (const user of eligible) marks.fill(1, of.starts[user], of.starts[user + 1]);
  for (const user of without) marks.fill(0, of.starts[user], of.starts[user + 1]);
  return keepInteractions(of, marks);
}

function interactionsAt(of: Interactions, places: readonly number[]): UserInteractions {
  return {
    movieOf: moviesAt(of, places),
    preferences: Float32Array.from(places, (place) => of.preferences[place] ?? 0),
    times: Float64Array.from(places, (place) => of.times[place] ?? 0),
  };
}
