import { rowStarts } from "../row-starts.ts";

/** A sparse matrix in compressed rows: row r lies at `starts[r]` up to `starts[r + 1]`, columns ascending. */
export interface SparseRows {
  readonly rows: number;
  readonly columns: number;
  /** (rows + 1). */
  readonly starts: Int32Array;
  /** (entries). */
  readonly columnOf: Int32Array;
  /** (entries). */
  readonly values: Float32Array;
}

/** The same entries, columns as rows. Two passes; no memory beside the answer. */
export function transposed({ rows, columns, ...of }: SparseRows): SparseRows {
  const starts = rowStarts(of.columnOf, columns);
  const next = starts.slice();
  const columnOf = new Int32Array(of.columnOf.length);
  const values = new Float32Array(of.columnOf.length);
  for (let row = 0; row < rows; row += 1) {
    for (let at = of.starts[row] as number; at < (of.starts[row + 1] as number); at += 1) {
      const column = of.columnOf[at] as number;
      const place = next[column] as number;
      next[column] = place + 1;
      columnOf[place] = row;
      values[place] = of.values[at] as number;
    }
  }
  return { rows: columns, columns: rows, starts, columnOf, values };
}

/** Sum over each row of f(value), (rows). */
export function rowSums(of: SparseRows, f: (value: number) => number): Float64Array {
  const sums = new Float64Array(of.rows);
  for (let row = 0; row < of.rows; row += 1) {
    let sum = 0;
    for (let at = of.starts[row] as number; at < (of.starts[row + 1] as number); at += 1) {
      sum += f(of.values[at] as number);
    }
    sums[row] = sum;
  }
  return sums;
}

/** The same places with other values. @param valueOf of a value and its row. */
export function withValues(
  of: SparseRows,
  valueOf: (value: number, row: number) => number,
): SparseRows {
  const values = new Float32Array(of.values.length);
  for (let row = 0; row < of.rows; row += 1) {
    for (let at = of.starts[row] as number; at < (of.starts[row + 1] as number); at += 1) {
      values[at] = valueOf(of.values[at] as number, row);
    }
  }
  return { ...of, values };
}
