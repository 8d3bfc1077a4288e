import type { Interactions } from "../interactions.ts";
import { placesByRow } from "../row-starts.ts";

/** What each user liked in order of time, user after user; n likes in all. */
export interface Sequences {
  readonly movies: number;
  /** (n), ascending. */
  readonly userAt: Int32Array;
  /** (n). */
  readonly movieAt: Int32Array;
  /** In milliseconds since 1970, (n), ascending within a user; at one time the smaller movie is first. */
  readonly timeAt: Float64Array;
  /** Places of movie m are `places[placeStarts[m]]` up to `places[placeStarts[m + 1]]`, ascending. */
  readonly placeStarts: Int32Array;
  /** (n). */
  readonly places: Int32Array;
}

/** @param leastPreference what a preference must reach to be part of a sequence; in single precision. */
export function sequencesOf(interactions: Interactions, leastPreference: number): Sequences {
  const { users, starts, movieOf, preferences, times, movies } = interactions;
  const least = Math.fround(leastPreference);
  const likes = preferences.reduce((count, preference) => count + (preference >= least ? 1 : 0), 0);
  const [userAt, movieAt] = [new Int32Array(likes), new Int32Array(likes)];
  const timeAt = new Float64Array(likes);
  let count = 0;
  for (let user = 0; user < users; user += 1) {
    const liked: number[] = [];
    for (let at = starts[user] as number; at < (starts[user + 1] as number); at += 1) {
      if ((preferences[at] as number) >= least) liked.push(at);
    }
    liked.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
    for (const at of liked) {
      userAt[count] = user;
      movieAt[count] = movieOf[at] as number;
      timeAt[count] = times[at] as number;
      count += 1;
    }
  }
  const { starts: placeStarts, places } = placesByRow(movieAt, movies);
  return { movies, userAt, movieAt, timeAt, placeStarts, places };
}
