import { describe, expect, it } from "vitest";
import type { Verdict } from "../contract/verdict.ts";
import { decide } from "./decide.ts";
import { MINUTE, NEXT, START, after, plan, rolloutIn, verdict } from "./rollout-fixture.ts";
import { ROLLOUT_STATES, type Rollout, type RolloutState } from "./rollout.ts";
import { type Observations, goOn, hold, move } from "./transitions.ts";

const ACTIONS = [
  ...["continue", "promote", "roll-back", "extend", "hold", "weight-zero", "keep-main"],
] as Verdict["action"][];
const COMMANDS = ["pause", "resume", "promote", "abort", "rollback"] as const;

/** Everything that can be seen, one thing at a time, of a rollout an hour in its state. */
const SEEN: readonly Partial<Observations>[] = [
  {},
  { isEmergency: true },
  { settled: false },
  { nightlyGone: true },
  { leaseLost: true },
  { judgeSilentSeconds: 300 },
  { unhealthy: { reason: "sick", evidence: {} } },
  { startFailure: { reason: "no", lastLines: [] } },
  { preparation: { kind: "failed", reason: "no", lastLines: [] } },
  ...ACTIONS.map((action) => ({ verdict: verdict(action) })),
  ...COMMANDS.map((kind) => ({ command: { kind, actor: "me", reason: "so" } })),
];

/** Where a state is met: every step, every kind of hold, both ends. */
function variantsOf(state: RolloutState): Rollout[] {
  const sinceMs = START - 60 * MINUTE;
  if (state === "ramping") return [2, 3].map((step) => rolloutIn(state, { step, sinceMs }));
  if (state === "rolling-back") {
    return (["rolled-back", "aborted"] as const).map((ending) => rolloutIn(state, { ending }));
  }
  if (state !== "holding") return [rolloutIn(state, { sinceMs })];
  const before = ["shadowing", "ramping", "evaluating", "extending"] as const;
  const causes = ["data", "lease", "operator", "verdict"] as const;
  return before.flatMap((one) =>
    causes.map((cause) =>
      rolloutIn(state, {
        held: { state: one, cause, sinceMs: START - 200 * MINUTE, keepsWeight: cause !== "lease" },
      }),
    ),
  );
}

describe("the changes of a rollout", () => {
  it.each(ROLLOUT_STATES)("from %s are those of the table, and each of them happens", (state) => {
    const shortPlan = { ...plan, ramp: [] };
    const followed = new Set<RolloutState>();
    for (const rollout of variantsOf(state)) {
      for (const one of [plan, shortPlan]) {
        for (const seen of SEEN) {
          const change = decide(rollout, one, after(1, seen));
          if (change !== undefined) followed.add(change.to.state);
        }
      }
    }
    expect([...followed].sort()).toEqual([...NEXT[state]].sort());
  });

  it("reach every state from the queue", () => {
    const reached = new Set<RolloutState>(["queued"]);
    for (const state of reached) for (const next of NEXT[state]) reached.add(next);
    expect([...reached].sort()).toEqual([...ROLLOUT_STATES].sort());
  });
});

describe("move", () => {
  it("is the controller's own, without evidence, unless it is said whose it is", () => {
    const queued = rolloutIn("queued");
    expect(move(queued, after(3), "preparing", "its turn")).toEqual({
      to: { ...queued, state: "preparing", sinceMs: START + 3 * MINUTE },
      actor: "controller",
      reason: "its turn",
      evidence: {},
    });
    const why = { reason: "so", actor: "me", evidence: { p: 1 } };
    expect(move(queued, after(3), "aborted", why)).toMatchObject(why);
  });
});

describe("hold", () => {
  it.each(["shadowing", "ramping", "evaluating", "extending"] as const)(
    "of a release that is %s remembers it, and since when",
    (state) => {
      const held = hold(rolloutIn(state), after(7), "data", "no data").to;
      expect(held).toMatchObject({ state: "holding", sinceMs: START + 7 * MINUTE });
      expect(held.held).toEqual({
        state,
        cause: "data",
        sinceMs: START + 7 * MINUTE,
        keepsWeight: true,
      });
    },
  );

  it("once more, for a lost lease, takes nightly's users and keeps what and when it was", () => {
    const held = hold(rolloutIn("extending"), after(7), "operator", "a look").to;
    expect(hold(held, after(9), "lease", "lost").to.held).toEqual({
      state: "extending",
      cause: "lease",
      sinceMs: START + 7 * MINUTE,
      keepsWeight: false,
    });
  });
});

describe("goOn", () => {
  it("adds the time that the clock stood to what it stood before", () => {
    const extending = rolloutIn("extending", { heldSeconds: 30, extended: true });
    const held = hold(extending, after(7), "data", "no data").to;
    expect(goOn(held, after(9), "back")?.to).toEqual({
      ...extending,
      sinceMs: START + 9 * MINUTE,
      heldSeconds: 30 + 120,
    });
  });

  it.each([
    ["evaluating", "evaluating"],
    ["extending", "evaluating"],
    ["ramping", "ramping"],
  ] as const)("after a lost lease while %s draws users anew and is %s", (state, resumed) => {
    const before = rolloutIn(state, { heldSeconds: 30, extended: state === "extending" });
    const held = hold(before, after(7), "lease", "lost").to;
    expect(goOn(held, after(9, { snapshotVersion: 41 }), "all is well")?.to).toEqual({
      ...before,
      state: resumed,
      sinceMs: START + 9 * MINUTE,
      salt: "release-1-2",
      window: 2,
      windowStartedAtMs: START + 9 * MINUTE,
      heldSeconds: 0,
      extended: false,
      evaluationSnapshotVersion: 42,
    });
  });

  it("has nothing to go on with where nothing is held", () => {
    expect(goOn(rolloutIn("evaluating"), after(1), "go")).toBeUndefined();
  });
});
