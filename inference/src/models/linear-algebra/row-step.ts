import type { SparseRows } from "../sparse/sparse-rows.ts";

/**
 * One half of an iteration of alternating least squares: every row x of `solved` is brought nearer to the solution of
 *
 *     (gram + ridge + Σ |w| y yᵀ) x = Σ_{w > 0} w y
 *
 * over the entries w of its sparse row and their columns' rows y of `fixed`. Rows do not touch one another, so the answer
 * does not depend on who solves which.
 */
export interface RowStep {
  readonly factors: number;
  /** Entries in [−1, 1]: above 0 what was chosen, below 0 what was refused. */
  readonly rows: SparseRows;
  /** (columns × factors). */
  readonly fixed: Float32Array;
  /** What all rows share, (factors × factors), symmetric and positive semidefinite. */
  readonly gram: Float32Array;
  /** Added to the diagonal, above 0, (rows). */
  readonly ridge: Float32Array;
  /** (rows × factors): where to begin, and the answer. A row without an entry becomes 0. */
  readonly solved: Float32Array;
  /** Steps of conjugate gradients a row; with as many as factors, all of the solution but rounding. At least 1. */
  readonly steps: number;
}
