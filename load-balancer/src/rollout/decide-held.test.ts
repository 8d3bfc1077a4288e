import { describe, expect, it } from "vitest";
import { decide } from "./decide.ts";
import { MINUTE, START, after, plan, rolloutIn, verdict } from "./rollout-fixture.ts";
import type { Rollout } from "./rollout.ts";

const HOUR_SECONDS = 3_600;
const at = (minute: number) => new Date(START + minute * MINUTE).toISOString();

/** Held from minute 0 on, out of the evaluation. */
const heldFor = (cause: NonNullable<Rollout["held"]>["cause"]) =>
  rolloutIn("holding", { held: { state: "evaluating", cause, sinceMs: START, keepsWeight: true } });

describe("a release that nobody judges", () => {
  const evaluatedFor = (seconds: number) => ({
    ...plan,
    evaluation: { ...plan.evaluation, seconds },
  });

  it.each([
    ["long", HOUR_SECONDS + 1, 299, 300],
    ["short", HOUR_SECONDS, 59, 60],
  ])("is held in a %s evaluation of %d s not after %d s, but after %d", (...row) => {
    const [, seconds, still, silent] = row;
    for (const state of ["ramping", "evaluating", "extending"] as const) {
      const rollout = rolloutIn(state);
      const quiet = after(2, { judgeSilentSeconds: still });
      expect(decide(rollout, evaluatedFor(seconds), quiet)).toBeUndefined();
      const change = decide(
        rollout,
        evaluatedFor(seconds),
        after(2, { judgeSilentSeconds: silent }),
      );
      expect(change).toMatchObject({
        to: { state: "holding", held: { state, cause: "data", keepsWeight: true } },
        reason: `nobody has judged it for ${silent} s`,
      });
    }
  });

  it("gets no more users, though its step is over", () => {
    const seen = after(60, { judgeSilentSeconds: 300.4 });
    expect(decide(rolloutIn("ramping"), plan, seen)).toMatchObject({
      to: { state: "holding" },
      reason: "nobody has judged it for 300 s",
    });
  });

  it("goes on while it has no users yet", () => {
    const seen = after(30, { judgeSilentSeconds: 1_800 });
    expect(decide(rolloutIn("shadowing"), plan, seen)?.to.state).toBe("ramping");
  });

  it("is judged by a word that is there, whatever came before", () => {
    const said = { judgeSilentSeconds: 300, verdict: verdict("promote") };
    expect(decide(rolloutIn("evaluating"), plan, after(2, said))?.to.state).toBe("promoting");
  });
});

describe("a release that the judge holds", () => {
  it("stays where it is if nothing says what held it", () => {
    const seen = after(9_999, { verdict: verdict("roll-back", { at: at(30) }) });
    expect(decide(rolloutIn("holding", { held: null }), plan, seen)).toBeUndefined();
  });

  it.each([
    ["no-data", "data"],
    ["invalid", "verdict"],
    ["inconclusive", "verdict"],
  ] as const)("because of %s is held for %s", (kind, cause) => {
    const seen = after(2, { verdict: verdict("hold", { kind }) });
    expect(decide(rolloutIn("evaluating"), plan, seen)).toMatchObject({
      to: { held: { cause, sinceMs: START + 2 * MINUTE } },
      reason: "because of hold",
    });
  });

  it.each([
    ["data", 119, undefined],
    ["data", 120, "no data for 7200 s"],
    ["verdict", 119, undefined],
    ["verdict", 120, "held for 7200 s, and nobody decided"],
    ["operator", 9_999, undefined],
    ["lease", 9_999, undefined],
  ] as const)("for %s after %d minutes ends with: %s", (cause, minutes, reason) => {
    const change = decide(heldFor(cause), plan, after(minutes));
    expect(change?.reason).toBe(reason);
    expect(change?.to.state).toBe(reason === undefined ? undefined : "rolling-back");
  });

  it.each([
    ["data", "evaluating"],
    ["verdict", undefined],
    ["operator", undefined],
    ["lease", undefined],
  ] as const)("for %s and hears that all is well is %s", (cause, state) => {
    const back = verdict("continue", { at: at(30) });
    const change = decide(heldFor(cause), plan, after(30, { verdict: back }));
    expect(change?.to.state).toBe(state);
    if (change === undefined) return;
    expect(change.reason).toBe("the data are back");
    expect(change.evidence).toEqual({ verdict: back });
  });

  it.each(["promote", "extend", "keep-main", "hold"] as const)(
    "for lack of data stays held at the word %s",
    (action) => {
      const seen = after(30, { verdict: verdict(action, { at: at(30) }) });
      expect(decide(heldFor("data"), plan, seen)).toBeUndefined();
    },
  );

  it.each(["roll-back", "weight-zero"] as const)("is taken back at the word %s", (action) => {
    const said = verdict(action, { at: at(30) });
    expect(decide(heldFor("operator"), plan, after(30, { verdict: said }))).toMatchObject({
      to: { state: "rolling-back" },
      reason: `because of ${action}`,
      evidence: { verdict: said },
    });
  });

  it.each([
    ["of the moment that it was held at", { at: at(0) }],
    ["from before", { at: at(-1) }],
    ["on another window", { at: at(30), window: 2 }],
  ])("hears nothing in a word %s", (_, changes) => {
    for (const action of ["continue", "roll-back"] as const) {
      const seen = after(30, { verdict: verdict(action, changes) });
      expect(decide(heldFor("data"), plan, seen)).toBeUndefined();
    }
  });
});
