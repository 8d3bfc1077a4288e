import { describe, expect, it } from "vitest";
import { ReleasePlan } from "./release-plan.ts";

const plan = ReleasePlan.parse({
  v: 1,
  name: "standard",
  margin: 0.05,
  harmMargin: 0.1,
  attributionSeconds: 14_400,
  minimumMinutes: 1,
  shadow: { seconds: 1_800, share: 0.05 },
  ramp: [
    { weight: 0.05, seconds: 1_800 },
    { weight: 0.25, seconds: 1_800 },
  ],
  evaluation: {
    weight: 0.5,
    seconds: 43_200,
    extensionSeconds: 43_200,
    minimumConditionalPower: 0.2,
  },
  alphas: {
    decision: [0.04, 0.01],
    kill: { errors: 0.004, deadline: 0.003, lists: 0.001, primary: 0.002 },
    sampleRatio: 0.001,
  },
  guardrails: {
    errors: { rateRatio: 1.2, margin: 0.002 },
    deadline: { rateRatio: 1.2, margin: 0.002 },
    lists: { rateRatio: 1.2, margin: 0.002 },
    fallbackMargin: 0.01,
    personalisedMargin: 0.05,
    varietyMargin: 0.2,
    replicaMemoryMiB: 2_048,
    replicaEventLoopLagMs: 250,
  },
  minimumUsers: 200,
  joinFloor: 0.9,
  inconclusive: "keep-main",
  invalid: "hold",
  queue: "queue",
  leaseSeconds: 30,
  holdLimitSeconds: 7_200,
  rollbackWindowSeconds: 3_600,
});

describe("ReleasePlan", () => {
  it("survives its way over the wire", () => {
    expect(ReleasePlan.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });

  it.each([
    ["steps that decrease", { ramp: [plan.ramp[1], plan.ramp[0]] }, "ramp.1.weight"],
    [
      "a last step below the ramp",
      { evaluation: { ...plan.evaluation, weight: 0.2 } },
      "evaluation.weight",
    ],
    ["a margin of zero", { margin: 0 }, "margin"],
    ["a harm margin below the margin", { harmMargin: 0.01 }, "harmMargin"],
    [
      "kill tests that spend more than .01",
      { alphas: { ...plan.alphas, kill: { ...plan.alphas.kill, errors: 0.01 } } },
      "alphas.kill",
    ],
    [
      "looks that spend more than .05",
      { alphas: { ...plan.alphas, decision: [0.04, 0.02] } },
      "alphas.decision",
    ],
    ["a window longer than the evaluation", { attributionSeconds: 43_200 }, "attributionSeconds"],
    ["a field that is none", { margins: 0.1 }, ""],
  ])("refuses %s", (_what, wrong, path) => {
    const { error } = ReleasePlan.safeParse({ ...plan, ...wrong });
    expect(error?.issues.map((issue) => issue.path.join("."))).toContain(path);
  });
});
