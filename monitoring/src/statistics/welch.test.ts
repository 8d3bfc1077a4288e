import { describe, expect, it } from "vitest";
import type { ArmEstimate, Scale } from "./contrast.ts";
import { type WelchTest, meanOf, welchHalfWidth, welchTest } from "./welch.ts";

function arm(n: number, sum: number, sumOfSquares: number): ArmEstimate {
  const mean = meanOf({ n, sum, sumOfSquares });
  if ("kind" in mean) throw new Error(mean.reason);
  return mean;
}

function proportion(successes: number, n: number): ArmEstimate {
  const value = successes / n;
  return { n, value, variance: (value * (1 - value)) / n };
}

function test(main: ArmEstimate, nightly: ArmEstimate, scale: Scale): WelchTest {
  const result = welchTest(main, nightly, scale);
  if (result.kind === "undefined") throw new Error(result.reason);
  return result;
}

const MAIN = arm(3407, 1396.87, 52377.9767);
const NIGHTLY = arm(3461, 2422.7, 134698.29);
const FEWER = arm(3000, 1396.87, 52377.9767);

describe("welchTest", () => {
  it("gives GrowthBook's relative test", () => {
    const relative = test(MAIN, NIGHTLY, "relative");
    expect(relative.value).toBeCloseTo(0.70732, 5);
    expect(relative.se).toBeCloseTo(0.37879, 5);
    expect(relative.degrees).toBeCloseTo(5841.742, 3);
    expect(relative.twoSidedP).toBeCloseTo(0.06191, 5);
    const half = welchHalfWidth(relative, 0.025);
    expect(relative.value - half).toBeCloseTo(-0.03526, 5);
    expect(relative.value + half).toBeCloseTo(1.44989, 5);
  });

  it("gives GrowthBook's absolute test", () => {
    const absolute = test(MAIN, NIGHTLY, "absolute");
    expect(absolute.value).toBeCloseTo(0.29, 5);
    expect(absolute.se).toBeCloseTo(0.12478, 5);
    expect(absolute.twoSidedP).toBeCloseTo(0.02016, 5);
    const half = welchHalfWidth(absolute, 0.025);
    expect(absolute.value - half).toBeCloseTo(0.04538, 5);
    expect(absolute.value + half).toBeCloseTo(0.53462, 5);
  });

  it("gives GrowthBook's test of proportions", () => {
    const relative = test(proportion(14, 28), proportion(16, 30), "relative");
    expect(relative.value).toBeCloseTo(0.06667, 5);
    expect(relative.se).toBeCloseTo(0.2717, 4);
    expect(relative.degrees).toBeCloseTo(55.707, 3);
    expect(relative.twoSidedP).toBeCloseTo(0.80707, 5);
    const half = welchHalfWidth(relative, 0.025);
    expect(relative.value - half).toBeCloseTo(-0.47767, 5);
    expect(relative.value + half).toBeCloseTo(0.61101, 5);
  });

  it("gives GrowthBook's one-sided tests", () => {
    const relative = test(FEWER, NIGHTLY, "relative");
    expect(relative.greaterP).toBeCloseTo(0.065583, 6);
    expect(relative.value - welchHalfWidth(relative, 0.05)).toBeCloseTo(-0.045137, 6);
    const absolute = test(FEWER, NIGHTLY, "absolute");
    expect(absolute.value).toBeCloseTo(0.234377, 6);
    expect(absolute.greaterP).toBeCloseTo(0.035543, 6);
    expect(absolute.value - welchHalfWidth(absolute, 0.05)).toBeCloseTo(0.020791, 6);
    expect(absolute.lessP + absolute.greaterP).toBeCloseTo(1, 12);
  });

  it("gives scipy's small samples", () => {
    const squares = (values: readonly number[]) =>
      arm(
        values.length,
        values.reduce((sum, value) => sum + value, 0),
        values.reduce((sum, value) => sum + value * value, 0),
      );
    const small = test(squares([20, 11, 17, 12]), squares([19, 22, 16, 29, 24]), "absolute");
    expect(small.t).toBeCloseTo(2.283148, 6);
    expect(small.degrees).toBeCloseTo(6.928837, 6);
    expect(small.twoSidedP).toBeCloseTo(0.056751, 6);
  });

  it("is negated by swapping the arms", () => {
    const there = test(MAIN, NIGHTLY, "absolute");
    const back = test(NIGHTLY, MAIN, "absolute");
    expect(there.t).toBe(-back.t);
    expect(there.greaterP).toBe(back.lessP);
  });

  it("says why there is no test", () => {
    const flat = { n: 5, value: 0, variance: 0 };
    expect(welchTest(flat, flat, "absolute")).toEqual({ kind: "undefined", reason: "no_variance" });
    expect(welchTest(flat, NIGHTLY, "relative")).toEqual({
      kind: "undefined",
      reason: "no_denominator",
    });
    expect(meanOf({ n: 1, sum: 3, sumOfSquares: 9 })).toEqual({
      kind: "undefined",
      reason: "too_few_users",
    });
  });
});
