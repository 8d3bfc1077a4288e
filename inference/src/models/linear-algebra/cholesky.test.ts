import { describe, expect, it } from "vitest";
import { factorCholesky, inverseOfLower, solveCholesky } from "./cholesky.ts";

describe("Cholesky", () => {
  it("factors, solves and inverts what is computed by hand", () => {
    // [[4, 2, 6], [2, 10, 6], [6, 6, 11]] = l lᵀ with l = [[2], [1, 3], [3, 1, 1]].
    const l = Float64Array.of(4, NaN, NaN, 2, 10, NaN, 6, 6, 11);
    factorCholesky(l, 3);
    expect([l[0], l[3], l[4], l[6], l[7], l[8]]).toEqual([2, 1, 3, 3, 1, 1]);
    const x = Float64Array.of(4 - 4 + 18, 2 - 20 + 18, 6 - 12 + 33); // of (1, −2, 3)
    solveCholesky(l, 3, x);
    expect([...x]).toEqual([1, -2, 3]);
    const inverse = inverseOfLower(l, 3);
    const expected = [1 / 2, 0, 0, -1 / 6, 1 / 3, 0, -4 / 3, -1 / 3, 1];
    for (const [place, value] of expected.entries()) expect(inverse[place]).toBeCloseTo(value, 14);
  });

  it.each([
    ["negative", Float64Array.of(1, 0, 2, 1)],
    ["singular", Float64Array.of(1, 0, 1, 1)],
    ["not a number", Float64Array.of(NaN, 0, 1, 1)],
    ["infinite", Float64Array.of(Infinity, 0, 1, 1)],
  ])("refuses a matrix that is %s", (_, matrix) => {
    expect(() => factorCholesky(matrix, 2)).toThrow(/not positive definite/);
  });
});
