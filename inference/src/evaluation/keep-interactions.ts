import type { Interactions } from "../models/interactions.ts";

/**
 * The interactions whose place in the matrix is marked; users and movies keep their indices.
 *
 * @param marks (n), 1 for what is kept.
 */
export function keepInteractions(of: Interactions, marks: Uint8Array): Interactions {
  const starts = new Int32Array(of.users + 1);
  let kept = 0;
  for (let user = 0; user < of.users; user += 1) {
    for (let at = of.starts[user] ?? 0; at < (of.starts[user + 1] ?? 0); at += 1) {
      kept += marks[at] === 1 ? 1 : 0;
    }
    starts[user + 1] = kept;
  }
  const isKept = (_: number, at: number) => marks[at] === 1;
  return {
    users: of.users,
    movies: of.movies,
    starts,
    movieOf: of.movieOf.filter(isKept),
    preferences: of.preferences.filter(isKept),
    times: of.times.filter(isKept),
  };
}

/**
 * What was liked alone, each with a preference of 1: the implicit feedback of the literature.
 *
 * @param likedFrom the least preference that counts as liked.
 */
export function likedOnly(of: Interactions, likedFrom: number): Interactions {
  const liked = keepInteractions(of, likedMarks(of, likedFrom));
  return { ...liked, preferences: liked.preferences.map(() => 1) };
}

/** 1 where the preference is at least `likedFrom`, (n). */
export function likedMarks(of: Interactions, likedFrom: number): Uint8Array {
  const least = Math.fround(likedFrom); // preferences are of single precision
  return Uint8Array.from(of.preferences, (preference) => (preference >= least ? 1 : 0));
}
