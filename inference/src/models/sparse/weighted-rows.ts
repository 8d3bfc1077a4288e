import type { Interactions } from "../interactions.ts";
import { heaviest } from "./heaviest.ts";
import type { SparseRows } from "./sparse-rows.ts";
import { type Weighing, weightOf } from "./weighing.ts";

/**
 * Users × movies with the weights that a model learns from, those of 0 left out.
 *
 * @param mostMovies of a user with more, the latest count, ties to the smaller index: pairs of movies
 *   grow with the square of a history, and who watched everything tells little of any pair.
 */
export function weightedRows(
  interactions: Interactions,
  by: Weighing,
  mostMovies: number,
): SparseRows {
  const { users, movies, starts, movieOf, preferences } = interactions;
  const keptStarts = new Int32Array(users + 1);
  const columnOf = new Int32Array(movieOf.length);
  const values = new Float32Array(movieOf.length);
  let count = 0;
  for (let user = 0; user < users; user += 1) {
    const [start, end] = [starts[user] as number, starts[user + 1] as number];
    const isKept = latestOf(interactions.times.subarray(start, end), mostMovies);
    for (let at = start; at < end; at += 1) {
      const weight = weightOf(preferences[at] as number, by);
      if (weight === 0 || isKept?.[at - start] === 0) continue;
      columnOf[count] = movieOf[at] as number;
      values[count] = weight;
      count += 1;
    }
    keptStarts[user + 1] = count;
  }
  return {
    rows: users,
    columns: movies,
    starts: keptStarts,
    columnOf: columnOf.subarray(0, count),
    values: values.subarray(0, count),
  };
}

/** Undefined where all are kept. */
function latestOf(times: Float64Array, limit: number): Uint8Array | undefined {
  return times.length > limit ? heaviest(times, limit) : undefined;
}
