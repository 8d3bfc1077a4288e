import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { preferenceTest } from "./interleaving.ts";
import {
  type ModelledDecision,
  type PolicyValue,
  clippedInversePropensity,
  doublyRobust,
  effectiveSampleSize,
  inversePropensity,
  isTrustworthy,
  selfNormalised,
} from "./off-policy.ts";
import type { Undefined } from "./undefined.ts";

const WEIGHTS = [2, 0.5, 0, 4, 1, 0.25, 0, 1];
const REWARDS = [1, 0, 1, 1, 0, 1, 0, 1];
const PREDICTED = [0.5, 0.2, 0.4, 0.7, 0.3, 0.5, 0.1, 0.6];
const EXPECTED = [0.55, 0.25, 0.35, 0.65, 0.3, 0.45, 0.15, 0.6];

const DECISIONS: ModelledDecision[] = WEIGHTS.map((weight, index) => ({
  weight,
  reward: REWARDS[index] ?? 0,
  predicted: PREDICTED[index] ?? 0,
  expected: EXPECTED[index] ?? 0,
}));

function known(result: PolicyValue | Undefined): PolicyValue {
  if (result.kind === "undefined") throw new Error(result.reason);
  return result;
}

describe("off-policy estimates", () => {
  it("give the known answers", () => {
    const ips = known(inversePropensity(DECISIONS));
    expect(ips.value).toBeCloseTo(0.90625, 10);
    expect(ips.se).toBeCloseTo(0.508713, 6);
    expect(known(clippedInversePropensity(DECISIONS, 2)).value).toBeCloseTo(0.65625, 10);
    const snips = known(selfNormalised(DECISIONS));
    expect(snips.value).toBeCloseTo(0.8285714, 7);
    expect(snips.se).toBeCloseTo(0.1389, 6);
    const robust = known(doublyRobust(DECISIONS));
    expect(robust.value).toBeCloseTo(0.703125, 10);
    expect(robust.se).toBeCloseTo(0.245242, 6);
    expect(effectiveSampleSize(DECISIONS)).toBeCloseTo(3.431373, 6);
    const rewardless = DECISIONS.map((decision) => ({ ...decision, reward: 1 }));
    expect(known(inversePropensity(rewardless)).value).toBeCloseTo(1.09375, 10); // mean weight
  });

  it("are the mean reward where the policies are one", () => {
    const rewards = fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 2 });
    fc.assert(
      fc.property(rewards, (values) => {
        const same = values.map((reward) => ({ weight: 1, reward, predicted: 3, expected: 3 }));
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        expect(known(inversePropensity(same)).value).toBeCloseTo(mean, 10);
        expect(known(selfNormalised(same)).value).toBeCloseTo(mean, 10);
        expect(known(doublyRobust(same)).value).toBeCloseTo(mean, 10);
        expect(effectiveSampleSize(same)).toBeCloseTo(values.length, 8);
      }),
    );
  });

  it("are not trusted where a few decisions carry all, or propensities are wrong", () => {
    expect(isTrustworthy(DECISIONS)).toBe(true);
    const alike = (weight: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({ weight: weight + (i % 2) / 100, reward: 1 }));
    expect(isTrustworthy(alike(0.5, 1000))).toBe(false);
    expect(
      isTrustworthy([
        ...alike(0, 500).map((d) => ({ ...d, weight: 0 })),
        { weight: 501, reward: 1 },
      ]),
    ).toBe(false);
  });

  it("say why there is none", () => {
    expect(inversePropensity([])).toEqual({ kind: "undefined", reason: "too_few_samples" });
    expect(selfNormalised([{ weight: 0, reward: 1 }])).toEqual({
      kind: "undefined",
      reason: "no_weight",
    });
    expect(isTrustworthy([])).toBe(false);
  });
});

describe("preferenceTest", () => {
  it("gives the known answer", () => {
    const test = preferenceTest({ nightly: 60, main: 40, ties: 20 });
    if (test.kind === "undefined") throw new Error(test.reason);
    expect(test.p).toBeCloseTo(0.056888, 6);
    expect(test.z).toBeCloseTo(2, 12);
    expect(test.difference).toBeCloseTo(0.166667, 6);
  });

  it("is negated by swapping the arms", () => {
    const there = preferenceTest({ nightly: 7, main: 3, ties: 1 });
    const back = preferenceTest({ nightly: 3, main: 7, ties: 1 });
    if (there.kind === "undefined" || back.kind === "undefined") throw new Error("undefined");
    expect(there.difference).toBe(-back.difference);
    expect(there.p).toBe(back.p);
  });

  it("needs a user with a preference", () => {
    expect(preferenceTest({ nightly: 0, main: 0, ties: 9 })).toMatchObject({
      reason: "too_few_users",
    });
  });
});
