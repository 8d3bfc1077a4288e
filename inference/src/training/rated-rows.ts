import type { Interactions } from "../models/interactions.ts";
import { keepInteractions } from "../evaluation/keep-interactions.ts";
import type { TrainingData } from "./read-interactions.ts";

/**
 * Which interactions of a part of the data are ratings, (part's n); 1 for a rating.
 *
 * @param part of the same users and movies, nothing in it that the data do not have.
 */
export function ratedMarks(
  { interactions, isRated }: Pick<TrainingData, "interactions" | "isRated">,
  part: Interactions,
): Uint8Array {
  const marks = new Uint8Array(part.movieOf.length);
  for (let user = 0; user < part.users; user += 1) {
    let at = interactions.starts[user] as number;
    const end = part.starts[user + 1] as number;
    for (let place = part.starts[user] as number; place < end; place += 1) {
      while (interactions.movieOf[at] !== part.movieOf[place]) at += 1;
      marks[place] = isRated[at] as number;
    }
  }
  return marks;
}

/** The rows of the data that are ratings. */
export function ratedRows({
  interactions,
  isRated,
}: Pick<TrainingData, "interactions" | "isRated">): Interactions {
  return keepInteractions(interactions, isRated);
}
