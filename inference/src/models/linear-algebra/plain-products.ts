import type { MatrixProducts } from "../model.ts";
import { createPlainRowKernel } from "./plain-row-kernel.ts";
import { solveRows } from "./solve-rows.ts";

/** Linear algebra on the calling thread, sums in double precision: for small matrices and tests. */
export function createPlainProducts(): MatrixProducts {
  return {
    async addProduct({ a, b, c, m, n, k, sign, transposeA = false, transposeB = false }) {
      const [rowA, columnA] = transposeA ? [1, m] : [k, 1];
      const [rowB, columnB] = transposeB ? [1, k] : [n, 1];
      for (let i = 0; i < m; i += 1) {
        for (let j = 0; j < n; j += 1) {
          let sum = 0;
          for (let l = 0; l < k; l += 1) {
            sum += (a[i * rowA + l * columnA] ?? NaN) * (b[l * rowB + j * columnB] ?? NaN);
          }
          c[i * n + j] = (c[i * n + j] ?? NaN) + sign * sum;
        }
      }
    },
    async solveRows(step) {
      solveRows(step, createPlainRowKernel(step), 0, step.rows.rows);
    },
  };
}
