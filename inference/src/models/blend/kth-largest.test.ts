import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kthLargest } from "./kth-largest.ts";

describe("kthLargest", () => {
  it.each([
    [[7], 1, 7],
    [[1, 3, 2], 1, 3],
    [[1, 3, 2], 2, 2],
    [[1, 3, 2], 3, 1],
    [[2, 2, 2, 2], 3, 2],
    [[5, 1, 5, 1], 2, 5],
    [[5, 1, 5, 1], 3, 1],
  ])("of %j the %i-th is %i", (values, k, expected) => {
    expect(kthLargest(Float32Array.from(values), values.length, k)).toBe(expected);
  });

  it("is that of the sorted values, and looks no farther than it is told", () => {
    const value = fc.oneof(fc.constantFrom(0, 1, 2), fc.float({ noNaN: true }));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 80 }), fc.nat(), (values, rank) => {
        const k = 1 + (rank % values.length);
        const sorted = [...values].sort((a, b) => b - a);
        const found = kthLargest(Float32Array.from([...values, Infinity]), values.length, k);
        expect(found).toBeCloseTo(sorted[k - 1] ?? NaN, 10);
      }),
    );
  });
});
