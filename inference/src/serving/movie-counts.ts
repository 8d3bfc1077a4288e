import type { BundleStatistics } from "../bundle/codec/index.ts";
import type { MovieCounts } from "../ranking/standing.ts";

/** Counts of one movie, as read from the database. */
export interface CountRow {
  readonly movieKey: number;
  readonly watchers: number;
  readonly ratingCount: number;
  /** In twentieths of the normalised rating. */
  readonly ratingSum: number;
  /** Decayed to the reference time of the reading. */
  readonly viewers: number;
}

/** Counts by dense index, in place; grows with the catalogue. */
export interface LiveCounts extends MovieCounts {
  readonly watchers: Float64Array;
  readonly ratingCounts: Float64Array;
  readonly ratingSums: Float64Array;
  readonly viewers: Float64Array;
}

/** Counts as the bundle has them. */
export function countsFromBundle(statistics: BundleStatistics): LiveCounts {
  return {
    watchers: Float64Array.from(statistics.watchers),
    ratingCounts: Float64Array.from(statistics.ratingCounts),
    ratingSums: Float64Array.from(statistics.ratingSums),
    viewers: Float64Array.from(statistics.viewers),
  };
}

/** A copy with room for n movies; the new ones count 0. */
export function withRoomFor(counts: LiveCounts, n: number): LiveCounts {
  const grow = (column: Float64Array) => {
    const grown = new Float64Array(n);
    grown.set(column.subarray(0, n));
    return grown;
  };
  return {
    watchers: grow(counts.watchers),
    ratingCounts: grow(counts.ratingCounts),
    ratingSums: grow(counts.ratingSums),
    viewers: grow(counts.viewers),
  };
}

export function setCounts(counts: LiveCounts, movie: number, row: CountRow): void {
  counts.watchers[movie] = row.watchers;
  counts.ratingCounts[movie] = row.ratingCount;
  counts.ratingSums[movie] = row.ratingSum;
  counts.viewers[movie] = row.viewers;
}
