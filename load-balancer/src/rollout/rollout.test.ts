import { describe, expect, it } from "vitest";
import { START, rolloutIn } from "./rollout-fixture.ts";
import {
  ENDED,
  ROLLOUT_STATES,
  Rollout,
  RolloutState,
  queuedRollout,
  saltOf,
  timesDrawn,
} from "./rollout.ts";

describe("the states", () => {
  // Rows of rollout_transitions and labels of metrics say them: an older build must read a newer one's.
  it("have the names that are stored", () => {
    expect(RolloutState.options).toEqual([
      ...["queued", "preparing", "warming", "shadowing", "ramping", "evaluating", "extending"],
      ...["holding", "promoting", "promoted", "rolling-back", "rolled-back", "aborted"],
      "failed-to-start",
    ]);
    expect(ENDED).toEqual(["promoted", "rolled-back", "aborted", "failed-to-start"]);
  });
});

describe("a rollout", () => {
  it.each(ROLLOUT_STATES)("that is %s is read from the text that it was written as", (state) => {
    const rollout = rolloutIn(state, { evaluationSnapshotVersion: 3 });
    expect(Rollout.parse(JSON.parse(JSON.stringify(rollout)))).toEqual(rollout);
  });

  it("is read with every hold and end that there is", () => {
    for (const state of ["shadowing", "ramping", "evaluating", "extending"] as const) {
      for (const cause of ["data", "lease", "operator", "verdict"] as const) {
        const held = { state, cause, sinceMs: START, keepsWeight: false };
        expect(Rollout.parse(rolloutIn("holding", { held })).held).toEqual(held);
      }
    }
    for (const ending of ["rolled-back", "aborted"] as const) {
      expect(Rollout.parse(rolloutIn("rolling-back", { ending })).ending).toBe(ending);
    }
  });

  it.each([
    ["state", { state: "resting" }],
    ["releaseId", { releaseId: 0 }],
    ["step", { step: -1 }],
    ["window", { window: 0.5 }],
    ["heldSeconds", { heldSeconds: -1 }],
    ["evaluationSnapshotVersion", { evaluationSnapshotVersion: -1 }],
    ["ending", { ending: "promoted" }],
    ["held", { held: { state: "queued", cause: "data", sinceMs: 0, keepsWeight: true } }],
    ["held", { held: { state: "ramping", cause: "mood", sinceMs: 0, keepsWeight: true } }],
    ["held", { held: { state: "ramping", cause: "data", sinceMs: 0 } }],
    ["promotedAtMs", { promotedAtMs: "2026-03-01" }],
  ])("whose %s cannot be is refused", (field, changes) => {
    const { error } = Rollout.safeParse({ ...rolloutIn("evaluating"), ...changes });
    expect(error?.issues.map(({ path }) => path[0])).toEqual([field]);
  });

  it("begins in the queue, with nothing behind it", () => {
    expect(queuedRollout(7, START)).toEqual({
      releaseId: 7,
      state: "queued",
      step: 0,
      sinceMs: START,
      salt: "release-7-1",
      window: 0,
      windowStartedAtMs: null,
      heldSeconds: 0,
      extended: false,
      evaluationSnapshotVersion: null,
      held: null,
      ending: "rolled-back",
      promotedAtMs: null,
    });
  });
});

describe("a salt", () => {
  it("says which release, and how often its users were drawn", () => {
    expect(saltOf(12, 34)).toBe("release-12-34");
    expect(timesDrawn({ salt: "release-12-34" })).toBe(34);
  });
});
