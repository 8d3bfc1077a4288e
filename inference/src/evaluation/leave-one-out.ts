import { type Interactions, rowOf } from "../models/interactions.ts";
import { type Draw, openDraw } from "./draw.ts";
import { markedPlaces } from "./hide-targets.ts";
import { keepInteractions, likedMarks, likedOnly } from "./keep-interactions.ts";
import { type SplitOptions, checkSplitOptions } from "./split-options.ts";
import type { Split } from "./split.ts";

export interface LeaveOneOutOptions extends SplitOptions {
  /** Movies that the user never met, drawn to rank the target among; 100 unless told, all where there are fewer. */
  readonly sampled?: number;
}

const SAMPLED = 100;

/**
 * One liked movie of each user, drawn at random, among sampled ones that the user never met. Only to
 * compare with others' figures: ranking few movies says little of ranking all (Krichene & Rendle 2020).
 * Only liked movies exist in training, and only users who have enough of them.
 *
 * @throws ServiceError "invalid_argument" for an option outside its range.
 */
export function leaveOneOutSplit(of: Interactions, options: LeaveOneOutOptions): Split {
  const { likedFrom, seed, leastLiked } = checkSplitOptions(options);
  const draw = openDraw(seed);
  const liked = likedMarks(of, likedFrom);
  const isTraining = liked.slice();
  const chosen: { user: number; target: number; candidates: Int32Array }[] = [];
  for (let user = 0; user < of.users; user += 1) {
    const places = markedPlaces(of, liked, user);
    if (places.length < leastLiked) {
      for (const place of places) isTraining[place] = 0;
      continue;
    }
    const place = places[draw.below(places.length)] ?? 0;
    isTraining[place] = 0;
    const target = of.movieOf[place] ?? 0;
    const unmet = drawUnmet(of, user, options.sampled ?? SAMPLED, draw);
    chosen.push({ user, target, candidates: Int32Array.of(target, ...unmet).sort() });
  }
  const training = likedOnly(keepInteractions(of, isTraining), likedFrom);
  const cases = chosen.map(({ user, target, candidates }) => {
    const known = rowOf(training, user);
    return { user, known, targets: Int32Array.of(target), barred: known.movieOf, candidates };
  });
  return { protocol: "leave-one-out", training, cases };
}

/** Movies that a user has no interaction with, ascending. */
function drawUnmet(of: Interactions, user: number, count: number, draw: Draw): Int32Array {
  const met = rowOf(of, user).movieOf;
  const unmet = of.movies - met.length;
  let skipped = 0;
  return draw.places(unmet, Math.min(count, unmet)).map((place) => {
    while (skipped < met.length && (met[skipped] ?? 0) <= place + skipped) skipped += 1;
    return place + skipped;
  });
}
