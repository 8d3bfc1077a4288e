import { type Rollout, queuedRollout } from "@canarec/load-balancer/rollout/rollout";
import { describe, expect, it } from "vitest";
import {
  type EvaluationWindow,
  clockSeconds,
  dueLook,
  entryEndMs,
  strataAtLook,
  stratumOf,
  stratumSeconds,
  windowAt,
} from "./evaluation-window.ts";
import { HOUR_MS, START_MS, standard } from "./inputs-fixture.ts";

const window: EvaluationWindow = {
  startedAtMs: START_MS,
  heldSeconds: 0,
  extended: false,
  firstSnapshotVersion: 5,
};
const lasting = (seconds: number, extensionSeconds: number | null = null) => ({
  ...standard,
  evaluation: { ...standard.evaluation, seconds, extensionSeconds },
});
const atSecond = (second: number) => START_MS + second * 1_000;

describe("the strata", () => {
  it.each([
    [86_400, 3_600],
    [43_200, 3_600],
    [43_188, 3_599],
    [600, 50],
    [11, 1],
  ])("of an evaluation of %d s are %d s long", (seconds, length) => {
    expect(stratumSeconds(lasting(seconds))).toBe(length);
  });

  it("begin with the evaluation, and none is before the first", () => {
    const strata = [-1, 0, 3_599_999, 3_600_000, 7 * HOUR_MS].map((ms) => stratumOf(standard, ms));
    expect(strata).toEqual([0, 0, 0, 1, 7]);
  });

  it("of a look are those whose users had the whole attribution window", () => {
    expect(strataAtLook(standard, window, 1)).toBe(8);
    expect(strataAtLook(standard, window, 2)).toBe(20);
    expect(strataAtLook(standard, { ...window, heldSeconds: 3_599 }, 1)).toBe(8);
    expect(strataAtLook(standard, { ...window, heldSeconds: 3_600 }, 1)).toBe(9);
    expect(strataAtLook(lasting(43_200), window, 2)).toBe(8);
    expect(strataAtLook({ ...standard, attributionSeconds: 50_000 }, window, 1)).toBe(0);
    // (0.7 − 0.1) / 0.05 is 11.999999999999998 in doubles, and 12 strata.
    const short = { ...lasting(12), attributionSeconds: 2.4 };
    expect(strataAtLook(short, { ...window, heldSeconds: 0.4 }, 1)).toBe(10);
    expect(entryEndMs(standard, window, 1)).toBe(START_MS + 8 * HOUR_MS);
    expect(entryEndMs(standard, window, 2)).toBe(START_MS + 20 * HOUR_MS);
  });
});

describe("the clock", () => {
  it("does not count what was held, and does not run backwards", () => {
    expect(clockSeconds(window, atSecond(90.5))).toBe(90.5);
    expect(clockSeconds({ ...window, heldSeconds: 30 }, atSecond(90))).toBe(60);
    expect(clockSeconds({ ...window, heldSeconds: 100 }, atSecond(90))).toBe(0);
  });

  it.each([
    [false, 43_199.999, 0],
    [false, 43_200, 1],
    [false, 86_399, 1],
    [false, 86_400, 2],
    [true, 43_200, 0],
    [true, 86_399.999, 0],
    [true, 86_400, 2],
  ])("extended: %s, after %d s: look %d", (extended, second, look) => {
    expect(dueLook(standard, { ...window, extended }, atSecond(second))).toBe(look);
  });

  it("has but one look where nothing is extended", () => {
    expect(dueLook(lasting(43_200), window, atSecond(200_000))).toBe(1);
  });
});

describe("the window of a rollout", () => {
  const evaluating: Rollout = {
    ...queuedRollout(7, START_MS),
    state: "evaluating",
    step: 4,
    windowStartedAtMs: START_MS,
    heldSeconds: 12,
    extended: true,
    evaluationSnapshotVersion: 5,
  };
  const of = (changes: Partial<Rollout>, atMs = atSecond(100)) =>
    windowAt({ rollout: { ...evaluating, ...changes }, plan: standard }, atMs);

  it("is what the rollout says", () => {
    const expected = { ...window, heldSeconds: 12, extended: true };
    expect(of({})).toEqual(expected);
    expect(of({ extended: false })).toEqual({ ...expected, extended: false });
  });

  it("is none outside of the evaluation's step, or before it began", () => {
    expect(of({ step: 3 })).toBeUndefined();
    expect(of({ windowStartedAtMs: null })).toBeUndefined();
    expect(of({ evaluationSnapshotVersion: null })).toBeUndefined();
  });

  it("counts a hold that lasts up to the moment", () => {
    const since = { state: "evaluating", cause: "data", keepsWeight: true } as const;
    const held = { ...since, sinceMs: atSecond(40) };
    expect(of({ held })?.heldSeconds).toBe(12 + 60);
    expect(of({ held }, atSecond(39))?.heldSeconds).toBe(12);
  });
});
