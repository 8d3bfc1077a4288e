import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SquareSums } from "./square-sums.ts";

describe("SquareSums", () => {
  it("adds weight · y yᵀ below and on the diagonal", () => {
    const into = Float64Array.of(1, 0, 1, 1);
    const sums = new SquareSums(into, 2);
    sums.add(Float32Array.of(9, 2, 3), 1, 4);
    sums.add(Float32Array.of(1, -1), 0, 1);
    sums.end();
    expect([into[0], into[2], into[3]]).toEqual([1 + 16 + 1, 1 + 24 - 1, 1 + 36 + 1]);
  });

  it("does so for any size and number of rows, also when it is ended between", () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 13 }), fc.integer({ min: 0, max: 80 }));
    fc.assert(
      fc.property(sizes, fc.nat({ max: 80 }), ([n, rows], endAt) => {
        const of = Float32Array.from({ length: rows * n }, (_, at) => Math.sin(at * at + n));
        const weightOf = (row: number) => ((row * 7) % 5) / 4;
        const into = new Float64Array(n * n);
        const sums = new SquareSums(into, n);
        for (let row = 0; row < rows; row += 1) {
          if (row === endAt) sums.end();
          sums.add(of, row * n, weightOf(row));
        }
        sums.end();
        for (let i = 0; i < n; i += 1) {
          for (let j = 0; j <= i; j += 1) {
            let expected = 0;
            for (let row = 0; row < rows; row += 1) {
              expected += weightOf(row) * (of[row * n + i] ?? NaN) * (of[row * n + j] ?? NaN);
            }
            expect(into[i * n + j]).toBeCloseTo(expected, 12);
          }
        }
      }),
    );
  });
});
