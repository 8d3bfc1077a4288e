import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rankCorrelation } from "./rank-correlation.ts";

describe("rankCorrelation", () => {
  it("is as computed by hand, equal values having the mean of their ranks", () => {
    const points = [
      [0.01, 0.02],
      [0.02, 0.01],
      [-0.01, -0.02],
      [0.03, 0.05],
      [0, 0.01],
    ] as const;
    // Ranks 3, 4, 1, 5, 2 and 4, 2.5, 1, 5, 2.5: products 8, squares 10 and 9.5.
    const rho = 8 / Math.sqrt(95);
    const half = 1.959963984540054 * Math.sqrt((1 + 64 / 95 / 2) / 2);
    const found = rankCorrelation(points);
    if (found.kind !== "correlation") throw new Error(found.reason);
    expect(found.rho).toBeCloseTo(rho, 12);
    expect(found.lower).toBeCloseTo(Math.tanh(Math.atanh(rho) - half), 12);
    expect(found.upper).toBeCloseTo(Math.tanh(Math.atanh(rho) + half), 12);
  });

  it.each([
    [1, (x: number) => x ** 3],
    [-1, (x: number) => -x],
  ])("is %d of an order that is the same or the reverse", (rho, of) => {
    const points = [3, 1, 7, 5].map((x) => [x, of(x)] as const);
    expect(rankCorrelation(points)).toEqual({ kind: "correlation", rho, lower: rho, upper: rho });
  });

  it("needs four points, and different ones", () => {
    const three = [1, 2, 3].map((x) => [x, x] as const);
    expect(rankCorrelation(three)).toMatchObject({ reason: "too_few_samples" });
    const flat = [1, 2, 3, 4].map((x) => [x, 5] as const);
    expect(rankCorrelation(flat)).toMatchObject({ reason: "no_variance" });
  });

  it("stays within its bounds, and changes sign with one side", () => {
    const number = fc.integer({ min: -5, max: 5 });
    const arrays = fc.array(fc.tuple(number, number), { minLength: 4, maxLength: 20 });
    fc.assert(
      fc.property(arrays, (points) => {
        const found = rankCorrelation(points);
        const turned = rankCorrelation(points.map(([x, y]) => [x, -y] as const));
        expect(turned.kind).toBe(found.kind);
        if (found.kind !== "correlation" || turned.kind !== "correlation") return;
        expect(turned.rho).toBeCloseTo(-found.rho, 12);
        expect(found.lower).toBeLessThanOrEqual(found.rho);
        expect(found.upper).toBeGreaterThanOrEqual(found.rho);
        expect(Math.abs(found.lower)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
