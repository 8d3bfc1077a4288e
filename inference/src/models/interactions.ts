import { rowStarts } from "./row-starts.ts";

/**
 * Users × movies in compressed rows: what models learn from. Row u lies at `starts[u]` up to
 * `starts[u + 1]`, movies ascending in it, none twice. 16 bytes an interaction, whatever their number.
 */
export interface Interactions {
  readonly users: number;
  /** Movies have dense indices 0 … movies − 1. */
  readonly movies: number;
  /** (users + 1). */
  readonly starts: Int32Array;
  /** Dense indices of movies, (n). */
  readonly movieOf: Int32Array;
  /** In [−1, 1], (n): above 0 what was liked, below 0 what was not; see preferenceOf. */
  readonly preferences: Float32Array;
  /** Of the latest event of the interaction, in milliseconds since 1970, (n). */
  readonly times: Float64Array;
}

/** One user's interactions, as a row of Interactions has them. */
export interface UserInteractions {
  /** Ascending. */
  readonly movieOf: Int32Array;
  readonly preferences: Float32Array;
  readonly times: Float64Array;
}

/** One interaction by itself. */
export interface Interaction {
  readonly user: number;
  readonly movie: number;
  readonly preference: number;
  readonly time: number;
}

/**
 * Put interactions into rows, in whatever order they come. Of two of one user and movie the later
 * counts, of two at one time the one with the larger preference.
 *
 * @throws RangeError for an index outside the matrix, a preference outside [−1, 1] or a time that is not finite.
 */
export function interactionsFrom(
  rows: readonly Interaction[],
  { users, movies }: { readonly users: number; readonly movies: number },
): Interactions {
  for (const row of rows) assertInside(row, users, movies);
  const order = [...rows].sort(
    (a, b) =>
      a.user - b.user || a.movie - b.movie || b.time - a.time || b.preference - a.preference,
  );
  const kept = order.filter(
    ({ user, movie }, place) =>
      order[place - 1]?.user !== user || order[place - 1]?.movie !== movie,
  );
  return {
    users,
    movies,
    starts: rowStarts(
      kept.map(({ user }) => user),
      users,
    ),
    movieOf: Int32Array.from(kept, ({ movie }) => movie),
    preferences: Float32Array.from(kept, ({ preference }) => preference),
    times: Float64Array.from(kept, ({ time }) => time),
  };
}

/** A user's row; views of the matrix, not copies. */
export function rowOf(of: Interactions, user: number): UserInteractions {
  const [start, end] = [of.starts[user], of.starts[user + 1]];
  return {
    movieOf: of.movieOf.subarray(start, end),
    preferences: of.preferences.subarray(start, end),
    times: of.times.subarray(start, end),
  };
}

/** The latest of times, −∞ of none; any number of them. */
export function latestTime(times: Float64Array): number {
  return times.reduce((most, time) => Math.max(most, time), -Infinity);
}

/** What a user's row held before a time, of interactions that ended before it. */
export function rowBefore(of: Interactions, user: number, beforeMs: number): UserInteractions {
  const { movieOf, preferences, times } = rowOf(of, user);
  const isBefore = (_: number, at: number) => (times[at] as number) < beforeMs;
  return {
    movieOf: movieOf.filter(isBefore),
    preferences: preferences.filter(isBefore),
    times: times.filter(isBefore),
  };
}

function assertInside(
  { user, movie, preference, time }: Interaction,
  users: number,
  movies: number,
) {
  const isInside = (index: number, size: number) =>
    Number.isInteger(index) && index >= 0 && index < size;
  if (!isInside(user, users)) throw new RangeError(`user ${user} is not in 0 … ${users - 1}`);
  if (!isInside(movie, movies)) throw new RangeError(`movie ${movie} is not in 0 … ${movies - 1}`);
  if (!(preference >= -1 && preference <= 1)) {
    throw new RangeError(`preference ${preference} is not in [−1, 1]`);
  }
  if (!Number.isFinite(time)) throw new RangeError(`time ${time} is not finite`);
}
