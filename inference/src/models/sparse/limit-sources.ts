import { placesByRow } from "../row-starts.ts";
import { heaviest } from "./heaviest.ts";
import type { NeighbourTable } from "./neighbour-table.ts";

/**
 * The table with at most `limit` movies that propose each movie: those with the largest weights for it,
 * ties to the smaller index. Movies that few have watched name popular neighbours by chance; among
 * thousands of such weights the few that mean something would be lost.
 */
export function limitSources(table: NeighbourTable, limit: number): NeighbourTable {
  const { movies, width } = table;
  const neighbours = new Int32Array(movies * width).fill(-1);
  const weights = new Float32Array(movies * width);
  const isKept = keptEntries(table, limit);
  for (let row = 0; row < movies * width; row += width) {
    let place = row;
    for (let at = row; at < row + width; at += 1) {
      if (isKept[at] === 0) continue;
      neighbours[place] = table.neighbours[at] as number;
      weights[place] = table.weights[at] as number;
      place += 1;
    }
  }
  return { movies, width, neighbours, weights };
}

/** 1 for each entry that stays, (movies × width). */
function keptEntries({ movies, neighbours, weights }: NeighbourTable, limit: number): Uint8Array {
  const { starts, places } = placesByRow(neighbours, movies);
  const isKept = new Uint8Array(neighbours.length);
  for (let movie = 0; movie < movies; movie += 1) {
    const own = places.subarray(starts[movie], starts[movie + 1]);
    const marks = heaviest(
      Float64Array.from(own, (entry) => weights[entry] as number),
      limit,
    );
    own.forEach((entry, place) => (isKept[entry] = marks[place] as number));
  }
  return isKept;
}
