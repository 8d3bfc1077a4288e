import { describe, expect, it } from "vitest";
import { fillSlots } from "../models/blend/fill-slots.ts";
import { openDraw } from "./draw.ts";
import {
  type LoggedAnswer,
  type SlotChoice,
  decisionsUnder,
  slotChoice,
} from "./explored-slots.ts";
import { judgeOffPolicy } from "./off-policy.ts";

const slots = { slots: [2, 1], chance: 0.25 };
const answer: LoggedAnswer = {
  ...{ userId: 1, list: ["a", "b", "c"], propensities: [1, 0.75, 0.1], taken: ["c"] },
};

describe("slotChoice", () => {
  it("is one place's, by the user's number", () => {
    expect(slotChoice(answer, slots)).toEqual({
      ...{ propensity: 0.1, explored: true, chance: 0.25, reward: 1 },
    });
    expect(slotChoice({ ...answer, userId: 2 }, slots)).toEqual({
      ...{ propensity: 0.75, explored: false, chance: 0.25, reward: 0 },
    });
  });

  it("leaves out places that could not explore", () => {
    const sure = { ...answer, propensities: [1, 1, 0.1] };
    expect(slotChoice({ ...sure, userId: 2 }, slots)?.propensity).toBe(0.1);
    expect(slotChoice({ ...answer, list: ["a"], propensities: [1] }, slots)).toBeUndefined();
    expect(slotChoice(answer, { ...slots, chance: 0 })).toBeUndefined();
    expect(slotChoice(answer, { ...slots, slots: [] })).toBeUndefined();
  });

  it("has no propensity where none was logged, which is refused", () => {
    const choice = slotChoice({ ...answer, propensities: null }, slots);
    expect(choice).toMatchObject({ propensity: undefined });
    const judged = judgeOffPolicy(decisionsUnder("never", choice ? [choice] : []), 10);
    expect(judged).toMatchObject({ kind: "refused", reason: "propensities-missing" });
  });
});

describe("decisionsUnder", () => {
  it("gives the known answers", () => {
    // Four that kept their place, three of them taken; one that explored with a share of 0.4, taken.
    const kept = (reward: 0 | 1) => ({ propensity: 0.75, explored: false, chance: 0.25, reward });
    const tried: SlotChoice = { propensity: 0.1, explored: true, chance: 0.25, reward: 1 };
    const choices = [kept(1), kept(1), kept(1), kept(0), tried];
    const valueOf = (policy: "logged" | "never" | "always") => {
      const judged = judgeOffPolicy(decisionsUnder(policy, choices), 10);
      if (judged.kind === "refused") throw new Error(judged.message);
      return judged;
    };
    expect(valueOf("logged").ips.value).toBeCloseTo(4 / 5, 12);
    expect(valueOf("never").ips.value).toBeCloseTo(3 / 0.75 / 5, 12);
    expect(valueOf("never").snips.value).toBeCloseTo(3 / 4, 12);
    expect(valueOf("never").effectiveDecisions).toBeCloseTo(4, 12);
    expect(valueOf("always").ips.value).toBeCloseTo(1 / 0.25 / 5, 12);
    expect(valueOf("always").snips.value).toBe(1);
    expect(valueOf("always").effectiveDecisions).toBeCloseTo(1, 12);
  });

  it("recovers what lists drawn by the blend would have earned", () => {
    const draw = openDraw(1);
    const uniform = () => draw.below(2 ** 24) / 2 ** 24;
    const exploration = { slots: [1], chance: 0.2, pool: 4, temperature: 1 };
    const beyond = [10, 11, 12, 13];
    const takes = new Map([[1, 0.6], ...beyond.map((movie, at) => [movie, 0.1 * at] as const)]);
    const choices = Array.from({ length: 20_000 }, (_, userId) => {
      const filled = fillSlots({ list: [0, 1], beyond, scores: [0, 0, 0, 0] }, exploration, () =>
        uniform(),
      );
      const shown = filled.list[1] ?? 0;
      const taken = uniform() < (takes.get(shown) ?? 0) ? [String(shown)] : [];
      return slotChoice({ ...filled, userId, list: filled.list.map(String), taken }, exploration);
    }).filter((choice) => choice !== undefined);
    for (const [policy, truth] of [
      ["never", 0.6],
      ["always", 0.15],
    ] as const) {
      const judged = judgeOffPolicy(decisionsUnder(policy, choices), 10);
      if (judged.kind === "refused") throw new Error(judged.message);
      expect(Math.abs(judged.snips.value - truth)).toBeLessThan(4 * judged.snips.se);
      expect(judged.snips.se).toBeLessThan(0.02);
    }
  });
});
