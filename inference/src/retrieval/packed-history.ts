/**
 * One user's interactions as rows of numbers: 48 bytes a row, where objects take five times that.
 * Rows ascend by movie key, so that equal histories are equal and sums do not depend on arrival.
 */
export type PackedHistory = Float64Array;

/** Numbers in a row. */
export const STRIDE = 6;

/** Places in a row. Absent values are NaN. */
export const MOVIE_KEY = 0;
/** Furthest minute watched, from 0. */
export const FURTHEST_MINUTE = 1;
/** Milliseconds since 1970, as all times here. */
export const FIRST_WATCHED_AT = 2;
export const LAST_WATCHED_AT = 3;
/** Normalised, in (0, 1]. */
export const RATING = 4;
export const RATED_AT = 5;

export const EMPTY_HISTORY: PackedHistory = new Float64Array(0);

/** Rows of a history. */
export function rowCount(history: PackedHistory): number {
  return history.length / STRIDE;
}

/** When the user last watched or rated anything; undefined for an empty history. Milliseconds since 1970. */
export function latestEventMs(history: PackedHistory): number | undefined {
  let latest = -Infinity;
  for (let row = 0; row < history.length; row += STRIDE) {
    for (const place of [LAST_WATCHED_AT, RATED_AT]) {
      const at = history[row + place] ?? NaN;
      if (at > latest) latest = at;
    }
  }
  return latest === -Infinity ? undefined : latest;
}

/** Place of a movie's row, or where it belongs as −1 − row. Binary search. */
export function findRow(history: PackedHistory, movieKey: number): number {
  let low = 0;
  let high = rowCount(history) - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const key = history[middle * STRIDE + MOVIE_KEY] ?? NaN;
    if (key === movieKey) return middle;
    if (key < movieKey) low = middle + 1;
    else high = middle - 1;
  }
  return -1 - low;
}

/** A copy with `row` put in its place: instead of the movie's row if there is one. */
export function withRow(history: PackedHistory, row: readonly number[]): PackedHistory {
  const found = findRow(history, row[MOVIE_KEY] ?? NaN);
  if (found >= 0) {
    const replaced = history.slice();
    replaced.set(row, found * STRIDE);
    return replaced;
  }
  const place = (-1 - found) * STRIDE;
  const grown = new Float64Array(history.length + STRIDE);
  grown.set(history.subarray(0, place));
  grown.set(row, place);
  grown.set(history.subarray(place), place + STRIDE);
  return grown;
}

/** A copy without a movie's row; the history itself where it has none. */
export function withoutRow(history: PackedHistory, movieKey: number): PackedHistory {
  const found = findRow(history, movieKey);
  if (found < 0) return history;
  const shorter = new Float64Array(history.length - STRIDE);
  shorter.set(history.subarray(0, found * STRIDE));
  shorter.set(history.subarray((found + 1) * STRIDE), found * STRIDE);
  return shorter;
}
