import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linearSlope } from "./linear-slope.ts";

const points = [
  [0.01, 0.02],
  [0.02, 0.01],
  [-0.01, -0.02],
  [0.03, 0.05],
  [0, 0.01],
] as const;

describe("linearSlope", () => {
  it("is as computed by hand", () => {
    // Sxx .001, Sxy .0014, residual squares .00056 on 3 degrees of freedom: error .432049, t 3.182446.
    const found = linearSlope(points);
    if (found.kind !== "slope") throw new Error(found.reason);
    expect(found.slope).toBeCloseTo(1.4, 12);
    expect(found.intercept).toBeCloseTo(0, 12);
    expect(found.lower).toBeCloseTo(1.4 - 3.182446305 * Math.sqrt(0.00056 / 3 / 0.001), 8);
    expect(found.upper).toBeCloseTo(1.4 + 3.182446305 * Math.sqrt(0.00056 / 3 / 0.001), 8);
  });

  it("is sure of a line", () => {
    const line = [1, 2, 3, 4].map((x) => [x, 3 - 2 * x] as const);
    expect(linearSlope(line)).toMatchObject({ slope: -2, intercept: 3, lower: -2, upper: -2 });
  });

  it("needs three points, and different ones", () => {
    expect(linearSlope(points.slice(0, 2))).toMatchObject({ reason: "too_few_samples" });
    expect(linearSlope([1, 2, 3].map((y) => [5, y] as const))).toMatchObject({
      reason: "no_variance",
    });
  });

  it("moves with the scales, and not with shifts", () => {
    // Apart from each other by more than rounding.
    const number = fc.integer({ min: -100, max: 100 }).map((percent) => percent / 100);
    const arrays = fc.array(fc.tuple(number, number), { minLength: 3, maxLength: 20 });
    fc.assert(
      fc.property(arrays, (some) => {
        const found = linearSlope(some);
        const moved = linearSlope(some.map(([x, y]) => [4 * x + 1, 2 * y - 3] as const));
        if (found.kind !== "slope" || moved.kind !== "slope") return;
        expect(Number.isFinite(found.slope)).toBe(true);
        expect(found.lower).toBeLessThanOrEqual(found.upper);
        expect(moved.slope).toBeCloseTo(found.slope / 2, 8);
      }),
    );
  });
});
