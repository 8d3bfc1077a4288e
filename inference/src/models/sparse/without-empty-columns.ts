import type { SparseRows } from "./sparse-rows.ts";

/** A matrix without its empty columns. */
export interface CompactRows {
  readonly rows: SparseRows;
  /** Which column of the whole each remaining one was, ascending. */
  readonly columnsOf: Int32Array;
}

/** Leave out the columns that have no entry. */
export function withoutEmptyColumns(of: SparseRows): CompactRows {
  const placeOf = new Int32Array(of.columns).fill(-1);
  for (const column of of.columnOf) placeOf[column] = 0;
  const columnsOf = Int32Array.from(placeOf.keys()).filter((column) => placeOf[column] === 0);
  for (const [place, column] of columnsOf.entries()) placeOf[column] = place;
  const columnOf = of.columnOf.map((column) => placeOf[column] as number);
  return { rows: { ...of, columns: columnsOf.length, columnOf }, columnsOf };
}
