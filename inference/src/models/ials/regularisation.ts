import { sharedFloats } from "../linear-algebra/shared-arrays.ts";
import type { SparseRows } from "../sparse/sparse-rows.ts";

/** How strongly factors are held back: numbers alone, stored with the model. */
export interface Regularisation {
  /** Weight of what was not chosen, above 0: a pair without an interaction counts so much beside a like. */
  readonly unobservedWeight: number;
  /** Above 0. */
  readonly lambda: number;
  /** How much more those with many interactions are held back: 0 not at all, 1 in proportion. In [0, 1]. */
  readonly frequencyExponent: number;
}

/**
 * λ max(1, n + α · m)^ν: of a row with n entries in a matrix of m columns that anybody has (Rendle, Krichene, Zhang, Koren
 * 2022, "Revisiting the Performance of iALS on Item Recommendation Benchmarks").
 */
export function ridgeOf(
  entries: number,
  columns: number,
  { unobservedWeight, lambda, frequencyExponent }: Regularisation,
): number {
  return lambda * Math.max(1, entries + unobservedWeight * columns) ** frequencyExponent;
}

/** The same of every row, (rows), in shared memory. */
export function ridgesOf(of: SparseRows, columns: number, by: Regularisation): Float32Array {
  const ridges = sharedFloats(of.rows);
  for (let row = 0; row < of.rows; row += 1) {
    const entries = (of.starts[row + 1] as number) - (of.starts[row] as number);
    ridges[row] = ridgeOf(entries, columns, by);
  }
  return ridges;
}
