import { type Interactions, rowOf } from "../models/interactions.ts";
import { type Draw, openDraw } from "./draw.ts";
import { markedPlaces } from "./hide-targets.ts";
import { keepInteractions, likedMarks, likedOnly } from "./keep-interactions.ts";
import { type SplitOptions, checkSplitOptions } from "./split-options.ts";
import type { Split } from "./split.ts";

export interface LeaveOneOutOptions extends SplitOptions {
  /** Movies drawn to rank the target among; 100 unless told, all that there are where there are fewer. */
  readonly sampled?: number;
}

const SAMPLED = 100;

/**
 * One liked movie of each user, drawn at random, among sampled ones that the user never met and somebody
 * likes. Only to compare with others' figures: ranking few movies says little of ranking all (Krichene & Rendle 2020).
 * Only liked movies exist in training, and only users who have enough of them.
 *
 * @throws ServiceError "invalid_argument" for an option outside its range.
 */
export function leaveOneOutSplit(of: Interactions, options: LeaveOneOutOptions): Split {
  const { likedFrom, seed, leastLiked } = checkSplitOptions(options);
  const draw = openDraw(seed);
  const liked = likedMarks(of, likedFrom);
  const ofSomebody = moviesOf(of, liked);
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
    const unmet = drawUnmet(ofSomebody, rowOf(of, user).movieOf, options.sampled ?? SAMPLED, draw);
    chosen.push({ user, target, candidates: Int32Array.of(target, ...unmet).sort() });
  }
  const training = likedOnly(keepInteractions(of, isTraining), likedFrom);
  const cases = chosen.map(({ user, target, candidates }) => {
    const known = rowOf(training, user);
    return { user, known, targets: Int32Array.of(target), barred: known.movieOf, candidates };
  });
  return { protocol: "leave-one-out", training, cases };
}

/** Movies of marked interactions, ascending, each once. */
function moviesOf(of: Interactions, marks: Uint8Array): Int32Array {
  return Int32Array.from(new Set(of.movieOf.filter((_, at) => marks[at] === 1))).sort();
}

/** Some of the movies that a user has not met, ascending. @param met ascending. */
function drawUnmet(movies: Int32Array, met: Int32Array, count: number, draw: Draw): Int32Array {
  const isMet = new Set(met);
  const unmet = movies.filter((movie) => !isMet.has(movie));
  return draw.places(unmet.length, count).map((place) => unmet[place] ?? 0);
}
