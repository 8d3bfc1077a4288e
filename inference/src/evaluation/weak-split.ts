import { type Interactions, rowOf } from "../models/interactions.ts";
import { openDraw } from "./draw.ts";
import { drawTargets, markedPlaces, moviesAt } from "./hide-targets.ts";
import { keepInteractions, likedMarks, likedOnly } from "./keep-interactions.ts";
import { type SplitOptions, checkSplitOptions } from "./split-options.ts";
import type { Split, TestCase } from "./split.ts";

/**
 * Weak generalisation: of each user with enough liked movies some are hidden at random, the rest is
 * training. Only liked movies exist, and only users who have enough of them.
 *
 * @throws ServiceError "invalid_argument" for an option outside its range.
 */
export function weakSplit(of: Interactions, options: SplitOptions): Split {
  return hideFromEach(likedOnly(of, options.likedFrom), options, "weak");
}

/**
 * The protocol of Gorse's figures: targets as in the weak split, but everything else is training, with its
 * preferences: what was not liked, and users who are not asked. All of it is kept out of the list.
 *
 * @throws ServiceError "invalid_argument" for an option outside its range.
 */
export function gorseSplit(of: Interactions, options: SplitOptions): Split {
  return hideFromEach(of, options, "gorse");
}

function hideFromEach(of: Interactions, options: SplitOptions, protocol: "weak" | "gorse"): Split {
  const { likedFrom, seed, targetShare, leastLiked } = checkSplitOptions(options);
  const draw = openDraw(seed);
  const liked = likedMarks(of, likedFrom);
  const isTraining = new Uint8Array(of.movieOf.length).fill(1);
  const hidden: { user: number; targets: Int32Array }[] = [];
  for (let user = 0; user < of.users; user += 1) {
    const places = markedPlaces(of, liked, user);
    if (places.length >= leastLiked) {
      const targets = drawTargets(places, targetShare, draw);
      for (const place of targets) isTraining[place] = 0;
      hidden.push({ user, targets: moviesAt(of, targets) });
    } else if (protocol === "weak") {
      for (const place of places) isTraining[place] = 0;
    }
  }
  const training = keepInteractions(of, isTraining);
  const cases = hidden.map(({ user, targets }): TestCase => {
    const known = rowOf(training, user);
    return { user, known, targets, barred: known.movieOf };
  });
  return { protocol, training, cases };
}
