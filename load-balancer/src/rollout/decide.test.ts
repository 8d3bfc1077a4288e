import { describe, expect, it } from "vitest";
import { commandProblem } from "./decide-command.ts";
import { decide } from "./decide.ts";
import { desired } from "./desired.ts";
import { MINUTE, START, after, plan, rolloutIn, verdict } from "./rollout-fixture.ts";
import { type RolloutState, queuedRollout } from "./rollout.ts";

describe("a release that nothing speaks against", () => {
  it("goes from the queue to main by the standard plan, each step in its time", () => {
    let rollout = queuedRollout(1, START);
    const path: string[] = [];
    let minute = 0;
    const verdictAt = () =>
      minute >= 4 * 30 + 12 * 60
        ? verdict("promote", { at: new Date(START + minute * MINUTE).toISOString() })
        : undefined;
    for (; minute < 20 * 60 && rollout.state !== "promoted"; minute += 1) {
      const now = verdictAt();
      const change = decide(rollout, plan, after(minute, now && { verdict: now }));
      if (change === undefined) continue;
      path.push(`${minute}: ${change.to.state} ${change.to.step}`);
      rollout = change.to;
    }
    expect(path).toEqual([
      "0: preparing 0",
      "1: warming 0",
      "2: shadowing 1",
      "32: ramping 2",
      "62: ramping 3",
      "92: evaluating 4",
      "840: promoting 4",
      "841: promoted 4",
    ]);
    expect(rollout).toMatchObject({ window: 1, evaluationSnapshotVersion: 11, extended: false });
    expect(decide(rollout, plan, after(2_000))).toBeUndefined();
  });

  it("says with each step who gets it, and why", () => {
    const reasonOf = (state: RolloutState, seen = {}, changes = {}) =>
      decide(rolloutIn(state, changes), plan, after(60, seen))?.reason;
    expect(reasonOf("queued")).toBe("it is its turn");
    expect(reasonOf("preparing")).toBe("code and bundle are there");
    const preparation = { kind: "done", note: "the gate was not asked" } as const;
    expect(reasonOf("preparing", { preparation })).toBe(
      "code and bundle are there; the gate was not asked",
    );
    expect(reasonOf("warming")).toBe("2 replicas are ready and warm");
    expect(reasonOf("warming", { isEmergency: true })).toBe(
      "its replicas are ready; nobody judges it",
    );
    expect(reasonOf("shadowing")).toBe("nightly takes 5 % of the users");
    expect(reasonOf("ramping", {}, { step: 2 })).toBe("nightly takes 25 % of the users");
    expect(reasonOf("ramping", {}, { step: 3 })).toBe("nightly takes 50 % of the users");
    expect(reasonOf("promoting")).toBe("its replicas are main");
    expect(reasonOf("rolling-back", { nightlyGone: true })).toBe(
      "nobody is on nightly, which has ended",
    );
  });

  it("is main as soon as it is ready, where an operator puts it there as an emergency", () => {
    const change = decide(rolloutIn("warming"), plan, after(1, { isEmergency: true }));
    expect(change?.to).toMatchObject({ state: "promoting", promotedAtMs: null });
    const early = { isEmergency: true, nightlyReady: 1 };
    expect(decide(rolloutIn("warming"), plan, after(1, early))).toBeUndefined();
  });

  it("goes from the shadow to the evaluation, where there is no ramp, with as many replicas", () => {
    const short = { ...plan, ramp: [] };
    const shadowing = rolloutIn("shadowing");
    expect(decide(shadowing, short, after(29))).toBeUndefined();
    expect(decide(shadowing, short, after(30, { mainReady: 1 }))).toBeUndefined();
    expect(decide(shadowing, short, after(30, { nightlyReady: 1 }))).toBeUndefined();
    expect(decide(shadowing, short, after(30))?.to).toMatchObject({
      state: "evaluating",
      step: 2,
      windowStartedAtMs: START + 30 * MINUTE,
      evaluationSnapshotVersion: 11,
    });
  });

  it("waits for its turn, for replicas of both tracks, and for every data plane", () => {
    expect(decide(rolloutIn("queued"), plan, after(1, { isTurn: false }))).toBeUndefined();
    const preparing = { preparation: { kind: "pending" } } as const;
    expect(decide(rolloutIn("preparing"), plan, after(1, preparing))).toBeUndefined();
    expect(decide(rolloutIn("warming"), plan, after(1, { nightlyReady: 1 }))).toBeUndefined();
    const ramped = rolloutIn("ramping", { step: 3 });
    expect(decide(ramped, plan, after(60, { settled: false }))).toBeUndefined();
    expect(decide(ramped, plan, after(60, { mainReady: 1 }))).toBeUndefined();
    expect(decide(ramped, plan, after(60))?.to.state).toBe("evaluating");
    expect(decide(rolloutIn("promoting"), plan, after(1, { settled: false }))).toBeUndefined();
    expect(decide(rolloutIn("rolling-back"), plan, after(1))).toBeUndefined();
    const gone = { nightlyGone: true };
    expect(decide(rolloutIn("rolling-back"), plan, after(1, gone))?.to.state).toBe("rolled-back");
  });
});

describe("a verdict", () => {
  it.each([
    ["ramping", "roll-back", "rolling-back"],
    ["ramping", "hold", "holding"],
    ["ramping", "promote", undefined],
    ["ramping", "keep-main", undefined],
    ["ramping", "extend", undefined],
    ["shadowing", "roll-back", "rolling-back"],
    ["evaluating", "continue", undefined],
    ["evaluating", "promote", "promoting"],
    ["evaluating", "extend", "extending"],
    ["evaluating", "keep-main", "rolling-back"],
    ["evaluating", "weight-zero", "rolling-back"],
    ["extending", "extend", undefined],
    ["extending", "promote", "promoting"],
    ["extending", "keep-main", "rolling-back"],
    ["holding", "weight-zero", "rolling-back"],
    ["holding", "hold", undefined],
    ["holding", "continue", undefined],
    ["holding", "roll-back", "rolling-back"],
    ["holding", "promote", undefined],
    ["promoted", "roll-back", undefined],
  ] as const)("in %s that says %s leads to %s", (state, action, expected) => {
    const change = decide(rolloutIn(state), plan, after(2, { verdict: verdict(action) }));
    expect(change?.to.state).toBe(expected);
    if (change === undefined) return;
    expect(change.evidence).toHaveProperty("verdict.action", action);
    expect(change.reason).toBe(`because of ${action}`);
    expect(change.to.extended).toBe(action === "extend");
  });

  it("extends only what the plan lets be extended", () => {
    const once = { ...plan, evaluation: { ...plan.evaluation, extensionSeconds: null } };
    const seen = after(2, { verdict: verdict("extend") });
    expect(decide(rolloutIn("evaluating"), once, seen)).toBeUndefined();
  });

  it("on another window, or from before the state, is no reason to do anything", () => {
    const other = verdict("promote", { window: 2 });
    expect(decide(rolloutIn("evaluating"), plan, after(2, { verdict: other }))).toBeUndefined();
    const late = rolloutIn("evaluating", { sinceMs: START + 5 * MINUTE });
    expect(decide(late, plan, after(6, { verdict: verdict("promote") }))).toBeUndefined();
    const justNow = rolloutIn("evaluating", { sinceMs: START + MINUTE });
    const said = after(6, { verdict: verdict("promote") });
    expect(decide(justNow, plan, said)?.to.state).toBe("promoting");
  });

  it("that harm is proven counts from before the state, too: the release is the same", () => {
    const late = rolloutIn("evaluating", { sinceMs: START + 5 * MINUTE });
    const seen = after(6, { verdict: verdict("roll-back") });
    expect(decide(late, plan, seen)?.to.state).toBe("rolling-back");
  });
});

describe("a nightly that is unwell", () => {
  const unhealthy = { reason: "nightly's replica ended", evidence: { code: 1 } };

  it.each(["shadowing", "ramping", "evaluating", "extending", "holding", "promoting"] as const)(
    "is out from %s at once, whatever else is asked",
    (state) => {
      const command = { kind: "promote", actor: "me", reason: "hurry" } as const;
      const seen = after(2, { unhealthy, command, verdict: verdict("promote") });
      const change = decide(rolloutIn(state), plan, seen);
      expect(change).toMatchObject({ to: { state: "rolling-back" }, reason: unhealthy.reason });
    },
  );

  it.each([
    ["preparing", { preparation: { kind: "failed", reason: "no such ref", lastLines: ["x"] } }],
    ["warming", { startFailure: { reason: "not ready in 120 s", lastLines: ["x"] } }],
  ] as const)("in %s has failed to start, with its last lines", (state, seen) => {
    expect(decide(rolloutIn(state), plan, after(1, seen))).toMatchObject({
      to: { state: "failed-to-start" },
      evidence: { lastLines: ["x"] },
    });
  });
});

describe("a lost lease", () => {
  it.each(["shadowing", "promoting", "warming", "promoted", "rolling-back"] as const)(
    "is nothing to a release that is %s: nobody is on nightly by a weight",
    (state) => {
      const change = decide(rolloutIn(state), plan, after(5, { leaseLost: true }));
      expect(change).toEqual(decide(rolloutIn(state), plan, after(5)));
    },
  );

  it("holds, with everybody on main, until an operator resumes: in a new window, users drawn anew", () => {
    const lost = decide(rolloutIn("evaluating"), plan, after(5, { leaseLost: true }))?.to;
    expect(lost).toMatchObject({ state: "holding", held: { cause: "lease", keepsWeight: false } });
    expect(decide(rolloutIn("evaluating"), plan, after(5, { leaseLost: true }))?.reason).toBe(
      "nobody renewed the lease in time: main serves all",
    );
    if (lost === undefined) return;
    expect(desired({ releaseId: 9, replicas: 2 }, { rollout: lost, plan }, START).weight).toBe(0);
    expect(decide(lost, plan, after(6, { leaseLost: true }))).toBeUndefined();
    expect(decide(lost, plan, after(999))).toBeUndefined();
    const command = { kind: "resume", actor: "me", reason: "all is well" } as const;
    expect(decide(lost, plan, after(60, { command }))).toMatchObject({
      actor: "me",
      to: { state: "evaluating", window: 2, salt: "release-1-2", heldSeconds: 0, held: null },
    });
  });
});

describe("a hold", () => {
  it("for lack of data ends by itself when they are back, its time not counted", () => {
    const held = decide(
      rolloutIn("evaluating"),
      plan,
      after(10, {
        verdict: verdict("hold", {
          kind: "no-data",
          at: new Date(START + 10 * MINUTE).toISOString(),
        }),
      }),
    )?.to;
    expect(held).toMatchObject({ state: "holding", held: { cause: "data", keepsWeight: true } });
    if (held === undefined) return;
    const back = verdict("continue", { at: new Date(START + 30 * MINUTE).toISOString() });
    expect(decide(held, plan, after(30, { verdict: back }))?.to).toMatchObject({
      state: "evaluating",
      window: 1,
      heldSeconds: 20 * 60,
    });
    expect(decide(held, plan, after(10 + 119))).toBeUndefined();
    expect(decide(held, plan, after(10 + 121))?.to.state).toBe("rolling-back");
  });

  it("that an operator asked for lasts until one resumes", () => {
    const command = { kind: "pause", actor: "me", reason: "a look" } as const;
    const held = decide(rolloutIn("ramping"), plan, after(1, { command }))?.to;
    expect(held).toMatchObject({ state: "holding", held: { state: "ramping", cause: "operator" } });
    if (held === undefined) return;
    expect(decide(held, plan, after(9_999))).toBeUndefined();
    const resume = { kind: "resume", actor: "me", reason: "go" } as const;
    expect(decide(held, plan, after(9, { command: resume }))?.to).toMatchObject({
      state: "ramping",
      window: 1,
      salt: "release-1-1",
    });
  });
});

describe("commands", () => {
  it.each([
    ["evaluating", "promote", "promoting"],
    ["evaluating", "abort", "rolling-back"],
    ["queued", "abort", "aborted"],
    ["warming", "abort", "rolling-back"],
    ["promoted", "rollback", "rolling-back"],
    ["queued", "pause", undefined],
    ["promoted", "promote", undefined],
    ["rolled-back", "resume", undefined],
  ] as const)("in %s, %s leads to %s", (state, kind, expected) => {
    const command = { kind, actor: "me", reason: "because" } as const;
    const change = decide(rolloutIn(state), plan, after(1, { command, isTurn: false }));
    expect(change?.to.state).toBe(expected);
    const problem = commandProblem(rolloutIn(state), plan, kind, START);
    expect(problem === undefined).toBe(expected !== undefined);
    if (change !== undefined) expect(change).toMatchObject({ actor: "me", reason: "because" });
  });

  it("cannot roll back what was promoted too long ago", () => {
    const command = { kind: "rollback", actor: "me", reason: "because" } as const;
    expect(decide(rolloutIn("promoted"), plan, after(59, { command }))?.to.state).toBe(
      "rolling-back",
    );
    expect(decide(rolloutIn("promoted"), plan, after(61, { command }))).toBeUndefined();
  });

  it("abort ends as aborted", () => {
    const command = { kind: "abort", actor: "me", reason: "because" } as const;
    const back = decide(rolloutIn("evaluating"), plan, after(1, { command }))?.to;
    expect(back && decide(back, plan, after(2, { nightlyGone: true }))?.to.state).toBe("aborted");
  });
});
