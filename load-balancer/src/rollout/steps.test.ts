import { describe, expect, it } from "vitest";
import { plan } from "./rollout-fixture.ts";
import { evaluationStep, secondsOf, weightOf } from "./steps.ts";

describe("the steps of a plan", () => {
  it.each([
    [0, 0, undefined],
    [1, 0, 1_800],
    [2, 0.05, 600],
    [3, 0.25, 1_200],
    [4, 0.5, undefined],
    [5, 0, undefined],
  ])("step %d: weight %d, %s seconds", (step, weight, seconds) => {
    const ramp = [
      { weight: 0.05, seconds: 600 },
      { weight: 0.25, seconds: 1_200 },
    ];
    expect(weightOf({ ...plan, ramp }, step)).toBe(weight);
    expect(secondsOf({ ...plan, ramp }, step)).toBe(seconds);
  });

  it("go from the shadow to the evaluation where there is no ramp", () => {
    const short = { ...plan, ramp: [] };
    expect(evaluationStep(short)).toBe(2);
    expect([1, 2].map((step) => weightOf(short, step))).toEqual([0, 0.5]);
  });
});
