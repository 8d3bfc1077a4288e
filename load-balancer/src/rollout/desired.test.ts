import { describe, expect, it } from "vitest";
import { desired } from "./desired.ts";
import { MINUTE, START, plan, rolloutIn } from "./rollout-fixture.ts";
import type { Rollout, RolloutState } from "./rollout.ts";

const main = { releaseId: 9, replicas: 2 };
const alone = { main, nightly: null, aside: [], weight: 0, shadowShare: 0, step: 0, salt: null };
const nightly = { releaseId: 1, replicas: 2 };

const of = (state: RolloutState, changes: Partial<Rollout> = {}, nowMs = START) =>
  desired(main, { rollout: rolloutIn(state, changes), plan }, nowMs);

describe("desired", () => {
  it.each([
    "queued",
    "preparing",
    "rolling-back",
    "rolled-back",
    "aborted",
    "failed-to-start",
  ] as const)("is main alone while a release is %s", (state) => {
    expect(of(state)).toEqual(alone);
    expect(desired(main, undefined, START)).toEqual(alone);
  });

  it("has users on nightly only in the steps of the plan", () => {
    const salt = "release-1-1";
    const beside = { ...alone, nightly, salt };
    expect(of("warming")).toEqual({ ...alone, aside: [nightly] });
    expect(of("shadowing")).toEqual({ ...beside, step: 1, shadowShare: 0.05 });
    expect(of("ramping")).toEqual({ ...beside, step: 2, weight: 0.05 });
    expect(of("ramping", { step: 3 })).toEqual({ ...beside, step: 3, weight: 0.25 });
    for (const state of ["evaluating", "extending", "holding"] as const) {
      expect(of(state)).toEqual({ ...beside, step: 4, weight: 0.5 });
    }
  });

  it.each([
    [4, true, 0.5, 0],
    [4, false, 0, 0],
    [1, true, 0, 0.05],
    [1, false, 0, 0],
  ])("held in step %d, users kept: %s, has weight %d and shadow %d", (...row) => {
    const [step, keepsWeight, weight, shadowShare] = row;
    const held = { state: "evaluating", cause: "lease", sinceMs: START, keepsWeight } as const;
    expect(of("holding", { step, held })).toMatchObject({ weight, shadowShare, nightly });
  });

  it("makes the tested replicas main, and keeps the old ones warm for the way back", () => {
    const newMain = { ...alone, main: nightly, aside: [main] };
    expect(of("promoting")).toEqual(newMain);
    expect(of("promoted", {}, START + 60 * MINUTE - 1)).toEqual(newMain);
    expect(of("promoted", {}, START + 60 * MINUTE)).toEqual({ ...newMain, aside: [] });
  });

  it("compares equally many replicas, and never takes any from main", () => {
    const counted = (state: RolloutState, mainReplicas: number, replicas: number) => {
      const rollout = rolloutIn(state);
      const underway = { rollout, plan: { ...plan, replicas } };
      const found = desired({ releaseId: 9, replicas: mainReplicas }, underway, START);
      return [found.main, found.nightly, ...found.aside].map((one) => one?.replicas);
    };
    expect(counted("evaluating", 2, 3)).toEqual([3, 3]);
    expect(counted("evaluating", 5, 3)).toEqual([5, 3]);
    expect(counted("promoting", 2, 3)).toEqual([3, undefined, 3]);
    expect(counted("promoting", 5, 3)).toEqual([5, undefined, 5]);
    expect(counted("promoted", 2, 3)).toEqual([3, undefined, 2]);
    expect(counted("promoted", 5, 3)).toEqual([5, undefined, 5]);
  });
});
