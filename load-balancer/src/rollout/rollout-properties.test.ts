import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide } from "./decide.ts";
import { type Observations, NEXT } from "./transitions.ts";
import { desired } from "./desired.ts";
import { MINUTE, START, plan, rolloutIn, verdict } from "./rollout-fixture.ts";
import {
  ENDED,
  ROLLOUT_STATES,
  type Rollout,
  type RolloutState,
  queuedRollout,
} from "./rollout.ts";

describe("desired", () => {
  const main = { releaseId: 9, replicas: 2 };
  const of = (state: RolloutState, changes: Partial<Rollout> = {}, nowMs = START) =>
    desired(main, { rollout: rolloutIn(state, changes), plan }, nowMs);

  it("has users on nightly only in the steps of the plan", () => {
    expect(of("queued")).toEqual(desired(main, undefined, START));
    expect(of("warming")).toMatchObject({ nightly: null, weight: 0, aside: [{ releaseId: 1 }] });
    expect(of("shadowing")).toMatchObject({
      weight: 0,
      shadowShare: 0.05,
      nightly: { releaseId: 1 },
    });
    expect(of("ramping")).toMatchObject({ weight: 0.05, shadowShare: 0 });
    expect(of("ramping", { step: 3 })).toMatchObject({ weight: 0.25 });
    expect(of("evaluating")).toMatchObject({ weight: 0.5, main, nightly: { replicas: 2 } });
    expect(of("rolling-back")).toMatchObject({ weight: 0, nightly: null, main });
  });

  it("makes the tested replicas main, and keeps the old ones warm for the way back", () => {
    expect(of("promoting")).toMatchObject({ main: { releaseId: 1 }, aside: [main], weight: 0 });
    expect(of("promoted", {}, START + 59 * MINUTE)).toMatchObject({
      main: { releaseId: 1 },
      aside: [main],
    });
    expect(of("promoted", {}, START + 61 * MINUTE)).toMatchObject({
      main: { releaseId: 1 },
      aside: [],
    });
  });
});

describe("whatever happens", () => {
  const observations: fc.Arbitrary<Observations> = fc
    .record({
      nowMs: fc.integer({ min: 1, max: 120 }).map((minutes) => minutes * MINUTE),
      isTurn: fc.boolean(),
      preparation: fc.constantFrom(
        { kind: "pending" } as const,
        { kind: "done" } as const,
        { kind: "failed", reason: "why", lastLines: [] } as const,
      ),
      nightlyReady: fc.integer({ min: 0, max: 2 }),
      mainReady: fc.integer({ min: 0, max: 2 }),
      settled: fc.boolean(),
      snapshotVersion: fc.nat(100),
      leaseLost: fc.boolean(),
      nightlyGone: fc.boolean(),
      unhealthy: fc.option(fc.constant({ reason: "sick", evidence: {} }), {
        nil: undefined,
        freq: 9,
      }),
      startFailure: fc.option(fc.constant({ reason: "no", lastLines: [] }), {
        nil: undefined,
        freq: 9,
      }),
      command: fc.option(
        fc.record({
          kind: fc.constantFrom("pause", "resume", "promote", "abort", "rollback"),
          actor: fc.constant("me"),
          reason: fc.constant("why"),
        }),
        { nil: undefined, freq: 4 },
      ),
      verdict: fc.option(
        fc.constantFrom(
          "continue",
          "promote",
          "roll-back",
          "extend",
          "hold",
          "weight-zero",
          "keep-main",
        ),
        { nil: undefined },
      ),
    })
    .map(({ verdict: action, unhealthy, startFailure, command, ...rest }) => ({
      ...rest,
      ...(action && { verdict: verdict(action) }),
      ...(unhealthy && { unhealthy }),
      ...(startFailure && { startFailure }),
      ...(command && { command }),
    }));

  it("only what may follow follows, and what has ended stays ended", () => {
    fc.assert(
      fc.property(fc.array(observations, { maxLength: 40 }), (sequence) => {
        let rollout = queuedRollout(1, START);
        let nowMs = START;
        for (const seen of sequence) {
          nowMs += seen.nowMs;
          const at = { at: new Date(nowMs).toISOString(), window: rollout.window };
          const now = {
            ...seen,
            nowMs,
            ...(seen.verdict && { verdict: { ...seen.verdict, ...at } }),
          };
          const change = decide(rollout, plan, now);
          if (change === undefined) continue;
          expect(NEXT[rollout.state]).toContain(change.to.state);
          expect(change.reason).not.toBe("");
          const promotes = change.to.state === "promoting";
          if (promotes && now.verdict?.action !== "promote" && rollout.state !== "warming")
            expect(change.actor).toBe("me");
          rollout = change.to;
          const { weight, nightly } = desired(
            { releaseId: 9, replicas: 2 },
            { rollout, plan },
            nowMs,
          );
          if (weight > 0) expect(nightly).not.toBeNull();
          if (ENDED.includes(rollout.state)) expect(weight).toBe(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("every state can be reached", () => {
    const reached = new Set<RolloutState>(["queued"]);
    for (const state of reached) for (const next of NEXT[state]) reached.add(next);
    expect([...reached].sort()).toEqual([...ROLLOUT_STATES].sort());
  });
});
