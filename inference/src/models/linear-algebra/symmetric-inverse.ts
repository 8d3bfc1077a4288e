import { ServiceError } from "@canarec/service-kit/errors";
import { reportStep } from "../fit-steps.ts";
import type { FitTools, MatrixProducts } from "../model.ts";
import { type BlockMatrix, blockAt } from "./block-matrix.ts";
import { factorCholesky, inverseOfLower } from "./cholesky.ts";

/** What the inversion uses beside its matrix; see FitTools. */
export type InversionTools = Pick<FitTools, "products" | "progress" | "signal">;

/**
 * Invert a symmetric positive definite matrix in place by blocks: its Cholesky factor l, then l⁻¹, then l⁻ᵀ · l⁻¹;
 * n³ multiplications and additions in all, of which all but n · side² are matrix products. The blocks on the diagonal are
 * factored and inverted in double precision.
 *
 * @param matrix the lower half; becomes the lower half of the inverse.
 * @throws ServiceError "invalid_argument" where the matrix is not positive definite; the signal's reason when aborted.
 */
export async function invertSymmetric(matrix: BlockMatrix, tools: InversionTools): Promise<void> {
  let done = 0;
  const step = async () => {
    done += 1;
    await reportStep(tools, done / (3 * matrix.count));
  };
  const kernel = blockKernel(matrix, tools.products);
  for (let j = 0; j < matrix.count; j += 1) {
    await factorColumn(matrix, j, kernel);
    await step();
  }
  for (let j = 0; j < matrix.count; j += 1) {
    await invertColumn(matrix, j, kernel);
    await step();
  }
  for (let i = 0; i < matrix.count; i += 1) {
    await squareRow(matrix, i, kernel);
    await step();
  }
}

type Kernel = ReturnType<typeof blockKernel>;

/** Products of blocks, all (side × side). */
function blockKernel({ side }: BlockMatrix, products: MatrixProducts) {
  const size = { m: side, n: side, k: side };
  return {
    /** c += a · b. */
    add: (c: Float32Array, a: Float32Array, b: Float32Array) =>
      products.addProduct({ a, b, c, sign: 1, ...size }),
    /** c += aᵀ · b. */
    addTransposed: (c: Float32Array, a: Float32Array, b: Float32Array) =>
      products.addProduct({ a, b, c, sign: 1, transposeA: true, ...size }),
    /** c −= a · bᵀ. */
    subtractByTransposed: (c: Float32Array, a: Float32Array, b: Float32Array) =>
      products.addProduct({ a, b, c, sign: -1, transposeB: true, ...size }),
    /** c −= a · b. */
    subtract: (c: Float32Array, a: Float32Array, b: Float32Array) =>
      products.addProduct({ a, b, c, sign: -1, ...size }),
    empty: () => new Float32Array(side * side),
  };
}

/** Column j of l, with the inverse of its block on the diagonal in the place of that block. */
async function factorColumn(matrix: BlockMatrix, j: number, kernel: Kernel): Promise<void> {
  const diagonal = blockAt(matrix, j, j);
  for (let k = 0; k < j; k += 1) {
    const left = blockAt(matrix, j, k);
    await kernel.subtractByTransposed(diagonal, left, left);
  }
  diagonal.set(inverseOfFactor(diagonal, matrix.side, j));
  for (let i = j + 1; i < matrix.count; i += 1) {
    const block = blockAt(matrix, i, j);
    for (let k = 0; k < j; k += 1) {
      await kernel.subtractByTransposed(block, blockAt(matrix, i, k), blockAt(matrix, j, k));
    }
    const solved = kernel.empty();
    await kernel.subtractByTransposed(solved, block, diagonal);
    for (let place = 0; place < block.length; place += 1) block[place] = -(solved[place] ?? NaN);
  }
}

function inverseOfFactor(block: Float32Array, side: number, j: number): Float64Array {
  const factor = Float64Array.from(block);
  try {
    factorCholesky(factor, side);
  } catch (cause) {
    throw new ServiceError(
      "invalid_argument",
      `the matrix is not positive definite (rows ${j * side} to ${(j + 1) * side - 1}): a larger lambda is needed`,
      { cause },
    );
  }
  return inverseOfLower(factor, side);
}

/** Column j of l⁻¹, from the top: x_ij = −l_ii⁻¹ · Σ l_ik · x_kj over j ≤ k < i. */
async function invertColumn(matrix: BlockMatrix, j: number, kernel: Kernel): Promise<void> {
  for (let i = j + 1; i < matrix.count; i += 1) {
    const block = blockAt(matrix, i, j);
    const sum = kernel.empty();
    await kernel.add(sum, block, blockAt(matrix, j, j));
    for (let k = j + 1; k < i; k += 1) {
      await kernel.add(sum, blockAt(matrix, i, k), blockAt(matrix, k, j));
    }
    block.fill(0);
    await kernel.subtract(block, blockAt(matrix, i, i), sum);
  }
}

/** Row i of xᵀ · x where x = l⁻¹: p_ij = Σ x_kiᵀ · x_kj over k ≥ i. Row i of x is needed by no later row. */
async function squareRow(matrix: BlockMatrix, i: number, kernel: Kernel): Promise<void> {
  for (let j = 0; j <= i; j += 1) {
    const sum = kernel.empty();
    for (let k = i; k < matrix.count; k += 1) {
      await kernel.addTransposed(sum, blockAt(matrix, k, i), blockAt(matrix, k, j));
    }
    blockAt(matrix, i, j).set(sum);
  }
}
