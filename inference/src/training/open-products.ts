import type { MatrixProducts } from "../models/model.ts";
import { createOnnxProducts } from "./onnx-products.ts";
import { RowSolver } from "./row-solver/row-solver.ts";

/**
 * Linear algebra for training, on so many threads: matrix products by ONNX Runtime, rows of alternating least squares by
 * worker threads, which start when they are first needed.
 *
 * @param threads at least 1.
 */
export function openProducts(threads: number): MatrixProducts & AsyncDisposable {
  const products = createOnnxProducts(threads);
  let solver: RowSolver | undefined;
  return {
    addProduct: (product) => products.addProduct(product),
    async solveRows(step) {
      solver ??= new RowSolver(threads);
      await solver.solve(step);
    },
    async [Symbol.asyncDispose]() {
      await solver?.[Symbol.asyncDispose]();
      solver = undefined;
    },
  };
}
