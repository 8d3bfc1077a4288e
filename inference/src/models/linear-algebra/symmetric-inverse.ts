import { ServiceError } from "@canarec/service-kit/errors";
import { reportStep } from "../fit-steps.ts";
import type { FitTools, MatrixProducts } from "../model.ts";
import { type BlockMatrix, blockAt, blocksOfRow, transposeBlock } from "./block-matrix.ts";
import { factorCholesky, inverseOfLower } from "./cholesky.ts";

/** What the inversion uses beside its matrix; see FitTools. */
export type InversionTools = Pick<FitTools, "products" | "progress" | "signal">;

/**
 * Invert a symmetric positive definite matrix in place by blocks: its Cholesky factor l, then l⁻¹, then l⁻ᵀ · l⁻¹;
 * n³ multiplications and additions in all, of which all but n · side² are matrix products. Each product sums over all the
 * blocks that there are to sum over, so there are few of them and threads seldom wait for each other. The blocks on the
 * diagonal are factored and inverted in double precision.
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

/** Products for which a and b are stacks of blocks of one height, (any · side × side). */
function blockKernel({ side }: BlockMatrix, products: MatrixProducts) {
  const size = { m: side, n: side };
  return {
    /** c += sign · aᵀ · b, over the height of the stacks. */
    addOverStacks: (c: Float32Array, a: Float32Array, b: Float32Array, sign: 1 | -1) =>
      products.addProduct({ a, b, c, sign, transposeA: true, ...size, k: a.length / side }),
    /** ± a · b, of blocks. */
    async product(a: Float32Array, b: Float32Array, sign: 1 | -1): Promise<Float32Array> {
      const c = new Float32Array(side * side);
      await products.addProduct({ a, b, c, sign, ...size, k: side });
      return c;
    },
  };
}

/**
 * Column j of l, its blocks turned over so that a row of them is a stack: with s = lᵀ the block (i, j) becomes
 * l_jj⁻¹ · (a_ijᵀ − Σ s_jkᵀ · s_ik over k < j). The block on the diagonal gives place to its inverse l_jj⁻¹.
 */
async function factorColumn(matrix: BlockMatrix, j: number, kernel: Kernel): Promise<void> {
  const { side, count } = matrix;
  const diagonal = blockAt(matrix, j, j);
  const above = blocksOfRow(matrix, j, 0, j);
  await kernel.addOverStacks(diagonal, above, above, -1);
  diagonal.set(inverseOfFactor(diagonal, side, j));
  for (let i = j + 1; i < count; i += 1) {
    const block = blockAt(matrix, i, j);
    transposeBlock(block, side);
    await kernel.addOverStacks(block, above, blocksOfRow(matrix, i, 0, j), -1);
    block.set(await kernel.product(diagonal, block, 1));
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

/** Column j of l⁻¹, from the top: x_ij = −l_ii⁻¹ · Σ s_ikᵀ · x_kj over j ≤ k < i. */
async function invertColumn(matrix: BlockMatrix, j: number, kernel: Kernel): Promise<void> {
  const { side, count } = matrix;
  const area = side * side;
  const column = new Float32Array((count - j) * area);
  column.set(blockAt(matrix, j, j));
  for (let i = j + 1; i < count; i += 1) {
    const sum = new Float32Array(area);
    const solved = column.subarray(0, (i - j) * area);
    await kernel.addOverStacks(sum, blocksOfRow(matrix, i, j, i), solved, 1);
    const block = await kernel.product(blockAt(matrix, i, i), sum, -1);
    column.set(block, solved.length);
    blockAt(matrix, i, j).set(block);
  }
}

/** Row i of xᵀ · x where x = l⁻¹: p_ij = Σ x_kiᵀ · x_kj over k ≥ i. Row i of x is needed by no later row. */
async function squareRow(matrix: BlockMatrix, i: number, kernel: Kernel): Promise<void> {
  const { side } = matrix;
  const own = stackOfColumn(matrix, i, i);
  for (let j = 0; j <= i; j += 1) {
    const sum = new Float32Array(side * side);
    const other = j === i ? own : stackOfColumn(matrix, j, i);
    await kernel.addOverStacks(sum, own, other, 1);
    blockAt(matrix, i, j).set(sum);
  }
}

/** A copy of the blocks (from, j) to (count − 1, j), one after the other. */
function stackOfColumn(matrix: BlockMatrix, j: number, from: number): Float32Array {
  const area = matrix.side ** 2;
  const stack = new Float32Array((matrix.count - from) * area);
  for (let k = from; k < matrix.count; k += 1) {
    stack.set(blockAt(matrix, k, j), (k - from) * area);
  }
  return stack;
}
