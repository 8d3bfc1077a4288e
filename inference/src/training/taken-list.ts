import type { ShownMovies } from "../models/blend/blend-example.ts";

/** A list that a user was shown, and what they took of it. */
export interface TakenList extends ShownMovies {
  /** The user's row in the training data. */
  readonly user: number;
  /** When it was shown, in milliseconds since 1970. */
  readonly atMs: number;
  /** Dense index of the movie, one of the shown ones. */
  readonly taken: number;
}
