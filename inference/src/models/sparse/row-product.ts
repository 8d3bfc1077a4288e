import type { SparseRows } from "./sparse-rows.ts";

/** One row of a product, dense, with a list of the columns that are not empty. Reused from row to row. */
export interface RowSums {
  /** By column; 0 where nothing was added. */
  readonly sums: Float64Array;
  /** Columns to which something was added, in the order of their first addition; the first `count` of them. */
  readonly touched: Int32Array;
  count: number;
  readonly isTouched: Uint8Array;
}

export function createRowSums(columns: number): RowSums {
  return {
    sums: new Float64Array(columns),
    touched: new Int32Array(columns),
    count: 0,
    isTouched: new Uint8Array(columns),
  };
}

/** Add to one column. */
export function addToSums(into: RowSums, column: number, value: number): void {
  if (into.isTouched[column] === 0) {
    into.isTouched[column] = 1;
    into.touched[into.count] = column;
    into.count += 1;
  }
  into.sums[column] = (into.sums[column] as number) + value;
}

/**
 * Add weight × the row of a · b, where a's columns are b's rows: every pair of entries is visited once
 * and none is kept, so memory is one dense row whatever the number of pairs.
 */
export function addProductRow(
  into: RowSums,
  [a, row]: readonly [SparseRows, number],
  b: SparseRows,
  weight: number,
): void {
  for (let at = a.starts[row] as number; at < (a.starts[row + 1] as number); at += 1) {
    const through = a.columnOf[at] as number;
    const value = weight * (a.values[at] as number);
    const end = b.starts[through + 1] as number;
    for (let to = b.starts[through] as number; to < end; to += 1) {
      addToSums(into, b.columnOf[to] as number, value * (b.values[to] as number));
    }
  }
}

/** Multiply each sum by a factor of its column. */
export function scaleSums(of: RowSums, factorOf: (column: number) => number): void {
  for (let at = 0; at < of.count; at += 1) {
    const column = of.touched[at] as number;
    of.sums[column] = (of.sums[column] as number) * factorOf(column);
  }
}

/** Make all sums 0 again. */
export function clearSums(of: RowSums): void {
  for (let at = 0; at < of.count; at += 1) {
    const column = of.touched[at] as number;
    of.sums[column] = 0;
    of.isTouched[column] = 0;
  }
  of.count = 0;
}
