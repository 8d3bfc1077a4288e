import type { SparseRows } from "../sparse/sparse-rows.ts";

/** Zeros in memory that threads share, (length). */
export function sharedFloats(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

/** The same integers in memory that threads share. */
export function sharedIntegers(from: Int32Array): Int32Array {
  const shared = new Int32Array(new SharedArrayBuffer(from.byteLength));
  shared.set(from);
  return shared;
}

/** The same rows in memory that threads share. */
export function sharedRows(of: SparseRows): SparseRows {
  const values = sharedFloats(of.values.length);
  values.set(of.values);
  return {
    ...of,
    starts: sharedIntegers(of.starts),
    columnOf: sharedIntegers(of.columnOf),
    values,
  };
}
