import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { twoSidedMultiplier } from "./confidence-sequence.ts";
import { normalUpperQuantile } from "./normal.ts";
import {
  cohensH,
  conditionalPower,
  minimalDetectableEffect,
  minimalDetectableLift,
  nonInferiorityPower,
  plannedLiftSe,
  powerOfEffect,
  runLengthHours,
  usersForNonInferiority,
  usersForProportions,
  usersForProportionsArcsine,
} from "./power.ts";
import { tTestPower, usersForTTest } from "./t-test-power.ts";

const DESIGN = { alpha: 0.05, power: 0.8 };
const FIXED_Z = normalUpperQuantile(0.025);

describe("users an arm", () => {
  it.each([
    [0.1, 0.1, 14_749],
    [0.1, 0.05, 57_760],
    [0.3, 0.05, 14_853],
    [0.3, 0.02, 92_086],
    [0.05, 0.1, 31_231],
  ])("for share %d and a lift of %d are %d", (share, lift, expected) => {
    const users = usersForProportions([share, share * (1 + lift)], DESIGN);
    expect(Math.abs(users - expected)).toBeLessThan(1);
  });

  it("grow with the design effect", () => {
    const shares = [0.1, 0.11] as const;
    expect(usersForProportions(shares, DESIGN, 4) / usersForProportions(shares, DESIGN)).toBe(4);
    expect(usersForProportions([0.1, 0.1], DESIGN)).toBe(Infinity);
  });

  it("on the arcsine scale are statsmodels'", () => {
    expect(cohensH([0.1, 0.11])).toBeCloseTo(0.0326294, 7);
    expect(usersForProportionsArcsine([0.1, 0.11], DESIGN)).toBeCloseTo(14_744.1, 1);
  });

  it("for a t-test are statsmodels'", () => {
    expect(usersForTTest(0.2, DESIGN)).toBeCloseTo(393.4057, 4);
    expect(tTestPower(0, 50, 0.05)).toBeCloseTo(0.05, 10);
  });

  it("for non-inferiority are the known ones", () => {
    const users = usersForNonInferiority(0.002, 0.001, DESIGN);
    expect(Math.abs(users - 24_681)).toBeLessThan(1);
  });
});

describe("power", () => {
  const planned = { mean: 10, userVariance: 3909.99977, usersPerArm: 400_000 / 3 };

  it("gives GrowthBook's fixed plan", () => {
    expect(powerOfEffect(0.05, plannedLiftSe(planned, 0.05), FIXED_Z)).toBeCloseTo(0.52144, 5);
    expect(minimalDetectableLift(planned, FIXED_Z, 0.8)).toBeCloseTo(0.07027, 5);
  });

  it("gives GrowthBook's sequential plan, which widens the standard error", () => {
    const multiplier = twoSidedMultiplier(2 * planned.usersPerArm, {
      alpha: 0.05,
      tuningUsers: 5000,
    });
    const wider = (multiplier / FIXED_Z) ** 2;
    const widened = { ...planned, userVariance: planned.userVariance * wider };
    expect(powerOfEffect(0.05, plannedLiftSe(widened, 0.05), FIXED_Z)).toBeCloseTo(0.20596, 5);
    expect(minimalDetectableLift(widened, FIXED_Z, 0.8)).toBeCloseTo(0.12821, 5);
    // The sequence's own chance to exclude 0 at that look is less.
    expect(powerOfEffect(0.05, plannedLiftSe(planned, 0.05), multiplier)).toBeLessThan(0.1);
  });

  it.each([
    [0.042, 0.117, 0.12, 0.33],
    [0.013, 0.037, 0.45, 0.98],
    [0.0042, 0.012, 0.999, 1],
  ])("at a standard error of %d shows the known effects", (se, effect, narrow, wide) => {
    expect(Math.abs(minimalDetectableEffect(se, DESIGN) - effect)).toBeLessThan(0.001);
    expect(Math.abs(nonInferiorityPower(0.02, se, 0.05) - narrow)).toBeLessThan(0.01);
    expect(Math.abs(nonInferiorityPower(0.05, se, 0.05) - wide)).toBeLessThan(0.01);
  });

  it("is what the least effect was asked to have", () => {
    const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(number(1, 100), number(0.1, 50), number(0.5, 0.95), (mean, spread, power) => {
        const plan = { mean, userVariance: spread ** 2, usersPerArm: 1e6 };
        const lift = minimalDetectableLift(plan, FIXED_Z, power);
        // The other side's crossing is not counted, and is less than 1e-5 here.
        expect(powerOfEffect(lift, plannedLiftSe(plan, lift), FIXED_Z)).toBeCloseTo(power, 4);
      }),
    );
  });

  it("has no least effect where the noise is too large", () => {
    expect(minimalDetectableLift({ mean: 1, userVariance: 100, usersPerArm: 5 }, 2, 0.8)).toBe(
      Infinity,
    );
  });
});

describe("conditionalPower", () => {
  it("is one half where the trend ends on the bound", () => {
    expect(conditionalPower({ z: 2 * Math.SQRT1_2, fraction: 0.5, finalBound: 2 })).toBeCloseTo(
      0.5,
      12,
    );
  });

  it("follows the drift where one is given", () => {
    const state = { z: 1, fraction: 0.5, finalBound: 2.3786 };
    // (2.3786 − √½) / √½ = 2.36385 under no effect
    expect(conditionalPower(state, 0)).toBeCloseTo(0.0090428, 6);
    expect(conditionalPower(state, 3)).toBeGreaterThan(conditionalPower(state));
  });

  it("is certain when nothing is left", () => {
    expect(conditionalPower({ z: 2.5, fraction: 1, finalBound: 2.4 })).toBe(1);
    expect(conditionalPower({ z: 2.3, fraction: 1, finalBound: 2.4 })).toBe(0);
  });
});

describe("runLengthHours", () => {
  it("adds the attribution window to the hours of entry", () => {
    expect(runLengthHours(250, [100, 100, 100, 100], 4)).toBe(7);
    expect(runLengthHours(250, [100, 100], 4)).toBe(Infinity);
  });
});
