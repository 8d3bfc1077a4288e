import fc from "fast-check";
import { normal } from "./drawing.fixture.ts";
import { describe, expect, it } from "vitest";
import {
  oneSidedMultiplier,
  sequenceGreaterP,
  sequenceInterval,
  sequenceLowerBound,
  sequenceP,
  sequenceUpperBound,
  twoSidedMultiplier,
} from "./confidence-sequence.ts";
import { type ArmEstimate, type Contrast, type Scale, contrastOf } from "./contrast.ts";
import { meanOf } from "./welch.ts";

const plan = (tuningUsers: number, alpha = 0.05) => ({ alpha, tuningUsers });

function mean(n: number, sum: number, sumOfSquares: number): ArmEstimate {
  const arm = meanOf({ n, sum, sumOfSquares });
  if ("kind" in arm) throw new Error(arm.reason);
  return arm;
}

function proportion(successes: number, n: number): ArmEstimate {
  const value = successes / n;
  return { n, value, variance: (value * (1 - value)) / n };
}

function contrast(main: ArmEstimate, nightly: ArmEstimate, scale: Scale): Contrast {
  const result = contrastOf(main, nightly, scale);
  if (result.kind === "undefined") throw new Error(result.reason);
  return result;
}

const MAIN = mean(3000, 1396.87, 52377.9767);
const NIGHTLY = mean(3461, 2422.7, 134698.29);

describe("the confidence sequence", () => {
  it.each([
    [100, 6.694],
    [500, 3.855],
    [1000, 3.364],
    [2500, 3.084],
    [5000, 3.035],
    [10_000, 3.061],
    [50_000, 3.242],
    [500_000, 3.562],
  ])("at %d users of 5000 planned is %d standard errors wide", (users, expected) => {
    expect(twoSidedMultiplier(users, plan(5000))).toBeCloseTo(expected, 3);
  });

  it("is tightest at the planned users", () => {
    expect(twoSidedMultiplier(5000, plan(5000))).toBeCloseTo(3.0352, 4);
    expect(oneSidedMultiplier(5000, plan(5000))).toBeCloseTo(2.7791, 4);
    expect(twoSidedMultiplier(5000, plan(5000)) / 1.959964).toBeCloseTo(1.549, 3);
  });

  it("gives GrowthBook's means", () => {
    const relative = contrast(MAIN, NIGHTLY, "relative");
    expect(relative.value).toBeCloseTo(0.50336, 5);
    const { lower, upper } = sequenceInterval(relative, plan(1000));
    expect(lower).toBeCloseTo(-0.55844, 5);
    expect(upper).toBeCloseTo(1.56516, 5);
    expect(sequenceP(relative, plan(1000))).toBe(1);
  });

  it("gives GrowthBook's proportions", () => {
    const relative = contrast(proportion(1396, 3000), proportion(2422, 3461), "relative");
    expect(relative.value).toBeCloseTo(0.50386, 5);
    expect(relative.se).toBeCloseTo(0.03386, 5);
    const { lower, upper } = sequenceInterval(relative, plan(5000));
    expect(lower).toBeCloseTo(0.40098, 5);
    expect(upper).toBeCloseTo(0.60675, 5);
  });

  it("gives GrowthBook's one-sided bounds and p", () => {
    const relative = contrast(MAIN, NIGHTLY, "relative");
    expect(sequenceLowerBound(relative, plan(5000))).toBeCloseTo(-0.423565, 6);
    const absolute = contrast(MAIN, NIGHTLY, "absolute");
    expect(sequenceLowerBound(absolute, plan(5000))).toBeCloseTo(-0.126568, 6);
    // GrowthBook halves (1e-5, .4999) twelve times and gives .463165; the root is within that step.
    expect(sequenceGreaterP(absolute, plan(5000))).toBeCloseTo(0.463047, 6);
    expect(0.463165 - sequenceGreaterP(absolute, plan(5000))).toBeLessThan(0.4999 / 2 ** 12);
  });

  const looks = fc.record({
    value: fc.double({ min: -5, max: 5, noNaN: true }),
    se: fc.double({ min: 0.01, max: 5, noNaN: true }),
    users: fc.integer({ min: 100, max: 1_000_000 }),
  });

  it("has a p below alpha exactly where it excludes no effect", () => {
    fc.assert(
      fc.property(looks, fc.double({ min: 0.001, max: 0.4, noNaN: true }), (look, alpha) => {
        const { lower, upper } = sequenceInterval(look, plan(5000, alpha));
        const margin = 1e-9 * look.se;
        if (lower > margin || upper < -margin)
          expect(sequenceP(look, plan(5000, alpha))).toBeLessThanOrEqual(alpha);
        if (lower < -margin && upper > margin)
          expect(sequenceP(look, plan(5000, alpha))).toBeGreaterThanOrEqual(alpha);
        const bound = sequenceLowerBound(look, plan(5000, alpha));
        if (bound > margin)
          expect(sequenceGreaterP(look, plan(5000, alpha))).toBeLessThanOrEqual(alpha);
        if (bound < -margin)
          expect(sequenceGreaterP(look, plan(5000, alpha))).toBeGreaterThanOrEqual(alpha);
      }),
    );
  });

  it("is mirrored by swapping the arms, and scales with its unit", () => {
    fc.assert(
      fc.property(looks, (look) => {
        const swapped = { ...look, value: -look.value };
        const scaled = { ...look, value: look.value * 60, se: look.se * 60 };
        const [there, back] = [look, swapped].map((one) => sequenceInterval(one, plan(5000)));
        expect(there?.lower).toBeCloseTo(-(back?.upper ?? NaN), 10);
        expect(sequenceUpperBound(swapped, plan(5000))).toBeCloseTo(
          -sequenceLowerBound(look, plan(5000)),
          10,
        );
        expect(sequenceInterval(scaled, plan(5000)).lower).toBeCloseTo(
          (there?.lower ?? NaN) * 60,
          8,
        );
      }),
    );
  });

  it("covers at all looks together where an interval of one look does not", () => {
    const draw = normal(41);
    const runs = 400;
    let [missedBySequence, missedByFixed] = [0, 0];
    for (let run = 0; run < runs; run += 1) {
      let sum = 0;
      let [sequence, fixed] = [false, false];
      for (let users = 100; users <= 10_000; users += 100) {
        sum += Math.sqrt(100) * draw();
        const look = { value: sum / users, se: 1 / Math.sqrt(users), users };
        if (sequenceP(look, plan(5000)) < 0.05) sequence = true;
        if (Math.abs(look.value / look.se) > 1.96) fixed = true;
      }
      if (sequence) missedBySequence += 1;
      if (fixed) missedByFixed += 1;
    }
    expect(missedBySequence).toBeLessThanOrEqual(33); // above it, .05 has a probability below .001
    expect(missedByFixed).toBeGreaterThan(80);
  });
});
