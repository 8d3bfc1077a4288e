import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide } from "./decide.ts";
import type { Observations } from "./transitions.ts";
import { desired } from "./desired.ts";
import { MINUTE, NEXT, START, plan, verdict } from "./rollout-fixture.ts";
import { ENDED, queuedRollout } from "./rollout.ts";

/** Of what happens now and then: else nothing gets as far as an evaluation. */
const seldom = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 19, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

describe("whatever happens", () => {
  const observations: fc.Arbitrary<Observations> = fc
    .record({
      nowMs: fc.integer({ min: 1, max: 120 }).map((minutes) => minutes * MINUTE),
      isTurn: fc.boolean(),
      isEmergency: fc.boolean(),
      preparation: fc.constantFrom(
        { kind: "pending" } as const,
        { kind: "done" } as const,
        { kind: "done" } as const,
      ),
      nightlyReady: fc.constantFrom(0, 2, 2),
      mainReady: fc.constantFrom(0, 2, 2),
      settled: fc.boolean(),
      snapshotVersion: fc.nat(100),
      judgeSilentSeconds: fc.constantFrom(0, 0, 0, 299, 300),
      nightlyGone: fc.boolean(),
      leaseLost: seldom(fc.constant(true)),
      failure: seldom(fc.constant({ reason: "why", lastLines: [] })),
      unhealthy: seldom(fc.constant({ reason: "sick", evidence: {} })),
      command: seldom(
        fc.record({
          kind: fc.constantFrom("pause", "resume", "promote", "abort", "rollback"),
          actor: fc.constant("me"),
          reason: fc.constant("why"),
        }),
      ),
      verdict: fc.option(
        fc.constantFrom(
          "continue",
          "continue",
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
    .map(({ verdict: action, failure, leaseLost, unhealthy, command, ...rest }) => ({
      ...rest,
      leaseLost: leaseLost === true,
      ...(action && { verdict: verdict(action) }),
      ...(failure && { startFailure: failure, preparation: { kind: "failed", ...failure } }),
      ...(unhealthy && { unhealthy }),
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
});
