import { cosineOf } from "../models/blend/vary-list.ts";
import type { LearnedModels } from "./learned-models.ts";

/** What re-ranking for variety holds against a movie that is good enough for the list by its score. */
export interface CrowdedOut {
  /** Place in the list of the movie that is most like it, from 1. */
  readonly place: number;
  /** Dense index of that movie. */
  readonly movie: number;
  /** Of the two, in (0, 1]. */
  readonly likeness: number;
  /** Taken off its score for that. */
  readonly cost: number;
}

/**
 * The listed movie that stands in another's way: the one most like it, of equals the first; null where none is
 * like it, so that variety costs it nothing. See varyList.
 *
 * @param list dense indices, in order. @param movie dense index of one that is not in it.
 */
export function crowdedOut(
  { likeness: space, blend }: Pick<LearnedModels, "likeness" | "blend">,
  list: readonly number[],
  movie: number,
): CrowdedOut | null {
  let found: CrowdedOut | null = null;
  for (const [at, other] of list.entries()) {
    const likeness = cosineOf(space, movie, other);
    const cost = blend.variety.weight * likeness;
    if (cost > (found?.cost ?? 0)) found = { place: at + 1, movie: other, likeness, cost };
  }
  return found;
}
