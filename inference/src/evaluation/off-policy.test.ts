import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type LoggedDecision,
  type ModelledDecision,
  type OffPolicyEstimates,
  type OffPolicyRefusal,
  effectiveSampleSize,
  judgeOffPolicy,
} from "./off-policy.ts";

const WEIGHTS = [2, 0.5, 0, 4, 1, 0.25, 0, 1];
const REWARDS = [1, 0, 1, 1, 0, 1, 0, 1];
const PREDICTED = [0.5, 0.2, 0.4, 0.7, 0.3, 0.5, 0.1, 0.6];
const EXPECTED = [0.55, 0.25, 0.35, 0.65, 0.3, 0.45, 0.15, 0.6];

const DECISIONS: ModelledDecision[] = WEIGHTS.map((weight, index) => ({
  propensity: 0.25,
  probability: weight / 4,
  reward: REWARDS[index] ?? 0,
  predicted: PREDICTED[index] ?? 0,
  expected: EXPECTED[index] ?? 0,
}));

function known(result: OffPolicyEstimates | OffPolicyRefusal): OffPolicyEstimates {
  if (result.kind === "refused") throw new Error(result.message);
  return result;
}

const reasonOf = (decisions: readonly LoggedDecision[]) => {
  const result = judgeOffPolicy(decisions, 10);
  return result.kind === "refused" ? result.reason : result.kind;
};

describe("judgeOffPolicy", () => {
  it("gives the known answers", () => {
    const result = known(judgeOffPolicy(DECISIONS, 2));
    expect(result.meanWeight.value).toBeCloseTo(1.09375, 10);
    expect(result.ips.value).toBeCloseTo(0.90625, 10);
    expect(result.ips.se).toBeCloseTo(0.508713, 6);
    expect(result.clippedIps.value).toBeCloseTo(0.65625, 10);
    expect(result.snips.value).toBeCloseTo(0.8285714, 7);
    expect(result.snips.se).toBeCloseTo(0.1389, 6);
    expect(result.doublyRobust?.value).toBeCloseTo(0.703125, 10);
    expect(result.doublyRobust?.se).toBeCloseTo(0.245242, 6);
    expect(result.effectiveDecisions).toBeCloseTo(3.431373, 6);
  });

  it("is the mean reward where the policies are one", () => {
    const rewards = fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 2 });
    const propensity = fc.double({ min: 0.001, max: 1, noNaN: true });
    fc.assert(
      fc.property(rewards, propensity, (values, probability) => {
        const same = values.map((reward) => ({
          propensity: probability,
          probability,
          reward,
          predicted: 3,
          expected: 3,
        }));
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const result = known(judgeOffPolicy(same, 10));
        expect(result.ips.value).toBeCloseTo(mean, 10);
        expect(result.snips.value).toBeCloseTo(mean, 10);
        expect(result.doublyRobust?.value).toBeCloseTo(mean, 10);
        expect(result.effectiveDecisions).toBeCloseTo(values.length, 8);
      }),
    );
  });

  it("recovers the value of another policy from choices at random", () => {
    // Two actions with rewards 0.2 and 0.8, shown with ¾ and ¼; the other policy shows them with ½ each.
    const decisions = Array.from({ length: 4000 }, (_, at) => {
      const isSecond = at % 4 === 0;
      const reward = Math.floor(at / 4) % 10 < (isSecond ? 8 : 2) ? 1 : 0;
      return { propensity: isSecond ? 0.25 : 0.75, probability: 0.5, reward };
    });
    const result = known(judgeOffPolicy(decisions, 10));
    expect(result.ips.value).toBeCloseTo(0.5, 10);
    expect(result.snips.value).toBeCloseTo(0.5, 10);
    expect(result.doublyRobust).toBeUndefined();
    expect(decisions.reduce((sum, { reward }) => sum + reward, 0) / 4000).toBeCloseTo(0.35, 10);
  });

  it("refuses a log without all propensities", () => {
    const log = DECISIONS.map((one, at) => (at === 3 ? { ...one, propensity: undefined } : one));
    expect(judgeOffPolicy(log, 2)).toEqual({
      kind: "refused",
      reason: "propensities-missing",
      message: "1 of 8 have no propensity",
    });
  });

  const alike = (count: number, probability: number): LoggedDecision[] =>
    Array.from({ length: count }, (_, i) => ({
      propensity: 0.01,
      probability: probability + (i % 2) / 10_000,
      reward: 1,
    }));

  it.each<[string, readonly LoggedDecision[]]>([
    ["not-a-probability", alike(9, 0.01).map((one) => ({ ...one, propensity: 0 }))],
    ["not-a-probability", alike(9, 0.01).map((one) => ({ ...one, probability: 1.1 }))],
    ["not-a-probability", alike(9, 0.01).map((one) => ({ ...one, reward: NaN }))],
    ["too-few-decisions", []],
    ["too-few-decisions", alike(1, 0.01)],
    ["no-weight", alike(9, 0).map((one) => ({ ...one, probability: 0 }))],
    ["effective-sample", [...alike(101, 0).map((d) => ({ ...d, probability: 0 })), ...alike(1, 1)]],
    ["mean-weight", alike(1000, 0.005)],
    ["mean-weight", alike(1000, 0.02)],
    ["estimates", alike(1000, 0.00995)],
  ])("%s", (reason, decisions) => {
    expect(reasonOf(decisions)).toBe(reason);
  });
});

describe("effectiveSampleSize", () => {
  it("is the number of equal weights, whatever they are, and 0 without any", () => {
    expect(effectiveSampleSize([3, 3, 3])).toBeCloseTo(3, 12);
    expect(effectiveSampleSize([0, 5, 0])).toBeCloseTo(1, 12);
    expect(effectiveSampleSize([0, 0])).toBe(0);
  });
});
