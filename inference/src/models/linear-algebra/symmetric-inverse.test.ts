import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BlockMatrix, identityBlocks, setLowerRow, symmetricRow } from "./block-matrix.ts";
import { factorCholesky, solveCholesky } from "./cholesky.ts";
import { createPlainProducts } from "./plain-products.ts";
import { invertSymmetric } from "./symmetric-inverse.ts";

const tools = { products: createPlainProducts(), progress: async () => undefined };

function blocksOf(rows: readonly (readonly number[])[], side: number): BlockMatrix {
  const matrix = identityBlocks(rows.length, side);
  for (const [i, row] of rows.entries()) setLowerRow(matrix, i, Float64Array.from(row));
  return matrix;
}

function rowsOf(matrix: BlockMatrix): number[][] {
  const row = new Float32Array(matrix.n);
  return Array.from({ length: matrix.n }, (_, i) => {
    symmetricRow(matrix, i, row);
    return [...row];
  });
}

/** xᵀ x + 1 on the diagonal. */
function gramOf(x: readonly (readonly number[])[], n: number): number[][] {
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) =>
      x.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), i === j ? 1 : 0),
    ),
  );
}

/** By columns of the identity, in double precision, without blocks. */
function reference(rows: readonly (readonly number[])[]): number[][] {
  const n = rows.length;
  const l = Float64Array.from(rows.flat());
  factorCholesky(l, n);
  return rows.map((_, i) => {
    const column = new Float64Array(n);
    column[i] = 1;
    solveCholesky(l, n, column);
    return [...column];
  });
}

describe("invertSymmetric", () => {
  it("inverts a matrix of several blocks by hand", async () => {
    // The second difference matrix of n = 3: its inverse is min(i, j) (4 − max(i, j)) / 4, i and j from 1.
    const matrix = blocksOf(
      [
        [2, -1, 0],
        [-1, 2, -1],
        [0, -1, 2],
      ],
      2,
    );
    await invertSymmetric(matrix, tools);
    const expected = [
      [0.75, 0.5, 0.25],
      [0.5, 1, 0.5],
      [0.25, 0.5, 0.75],
    ];
    for (const [i, row] of rowsOf(matrix).entries()) {
      for (const [j, value] of row.entries()) expect(value).toBeCloseTo(expected[i]?.[j] ?? NaN, 6);
    }
  });

  it("is the inverse in double precision, whatever the size and the blocks", async () => {
    const cases = fc
      .integer({ min: 1, max: 17 })
      .chain((n) =>
        fc.tuple(
          fc.array(
            fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n, maxLength: n }),
            { maxLength: 12 },
          ),
          fc.integer({ min: 1, max: 20 }),
          fc.constant(n),
        ),
      );
    await fc.assert(
      fc.asyncProperty(cases, async ([x, side, n]) => {
        const rows = gramOf(x, n);
        const matrix = blocksOf(rows, side);
        await invertSymmetric(matrix, tools);
        for (const [i, row] of reference(rows).entries()) {
          for (const [j, value] of row.entries()) {
            expect(Math.abs((rowsOf(matrix)[i]?.[j] ?? NaN) - value)).toBeLessThan(2e-6);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("reports its progress up to the whole", async () => {
    const shares: number[] = [];
    const matrix = identityBlocks(5, 2);
    await invertSymmetric(matrix, { ...tools, progress: async (share) => shares.push(share) });
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it("refuses what is not positive definite, and names the rows", async () => {
    const matrix = blocksOf(
      [
        [1, 0, 0],
        [0, 1, 2],
        [0, 2, 1],
      ],
      2,
    );
    await expect(invertSymmetric(matrix, tools)).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("rows 2 to 3") as string,
    });
  });

  it("ends when it is asked to", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(invertSymmetric(identityBlocks(3, 2), { ...tools, signal })).rejects.toThrow(
      "enough",
    );
  });
});
