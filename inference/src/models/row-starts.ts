/**
 * Where each row begins, once entries lie in order of their rows: row r at `starts[r]` up to `starts[r + 1]`.
 *
 * @param rowOf each entry's row, in any order; an entry below 0 belongs to none.
 * @returns (rows + 1).
 */
export function rowStarts(rowOf: Iterable<number>, rows: number): Int32Array {
  const starts = new Int32Array(rows + 1);
  for (const row of rowOf) {
    if (row >= 0) starts[row + 1] = (starts[row + 1] as number) + 1;
  }
  for (let row = 0; row < rows; row += 1) {
    starts[row + 1] = (starts[row + 1] as number) + (starts[row] as number);
  }
  return starts;
}

/** Entries by row: row r's are `places[starts[r]]` up to `places[starts[r + 1]]`, ascending. */
export interface RowPlaces {
  /** (rows + 1). */
  readonly starts: Int32Array;
  /** (entries that belong to a row). */
  readonly places: Int32Array;
}

/** @param rowOf as of rowStarts. */
export function placesByRow(rowOf: Int32Array, rows: number): RowPlaces {
  const starts = rowStarts(rowOf, rows);
  const next = starts.slice();
  const places = new Int32Array(starts[rows] as number);
  for (let place = 0; place < rowOf.length; place += 1) {
    const row = rowOf[place] as number;
    if (row < 0) continue;
    places[next[row] as number] = place;
    next[row] = (next[row] as number) + 1;
  }
  return { starts, places };
}
