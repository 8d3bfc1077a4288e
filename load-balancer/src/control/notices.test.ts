import { describe, expect, it } from "vitest";
import { START, calm, plan, rolloutIn } from "../rollout/rollout-fixture.ts";
import type { Rollout, RolloutState } from "../rollout/rollout.ts";
import { type Why, hold, move } from "../rollout/transitions.ts";
import { noticeOf } from "./notices.ts";

const HOUR = 3_600_000;
const release = { releaseId: 7, ref: "v3", code: "a".repeat(40), tag: null };
const seen = { ...calm, nowMs: START + HOUR };

function moved(before: Rollout, state: RolloutState, why: Why | string, changes = {}) {
  return noticeOf(move({ ...before, ...changes }, seen, state, why), 5, {
    release,
    plan,
    rollout: before,
  });
}

const linesOf = (notice: ReturnType<typeof noticeOf>) => notice?.text.split("\n");
const HEAD = "Release 7 (v3, aaaaaaaaaaaa)";
const LAST = "Look: npx canarec release explain 7";

describe("noticeOf", () => {
  it("says of a roll-back who had it, since when, why, and what was done", () => {
    const harm = "nightly fails 4.1 % of first attempts, main 0.2 %";
    const notice = moved(rolloutIn("evaluating"), "rolling-back", harm);
    expect(notice).toMatchObject({ key: "release-7-5", kind: "rolling-back" });
    expect(linesOf(notice)).toEqual([
      `${HEAD} is being taken back: main serves all: ${harm}`,
      "Users: 50 % of the users, who had it since 2026-03-01 20:00:00 UTC at the latest, get main again",
      "Since: 2026-03-01 21:00:00 UTC",
      "Done: its weight is 0; its replicas are drained and stopped",
      LAST,
    ]);
  });

  it.each([
    [
      { tag: "release-recommender-nightly-3", ref: "a".repeat(40) },
      "release-recommender-nightly-3, ",
    ],
    [{ ref: "a".repeat(40) }, ""],
    [{ ref: "aaaaaaaa" }, ""],
    [{ ref: "abba" }, "abba, "],
  ])("names %o by its tag or ref, and the commit once", (named, name) => {
    const notice = noticeOf(move(rolloutIn("ramping"), seen, "evaluating", "half"), 5, {
      ...{ plan, rollout: rolloutIn("ramping"), release: { ...release, ...named } },
    });
    expect(linesOf(notice)?.[0]).toBe(`Release 7 (${name}aaaaaaaaaaaa) is being evaluated: half`);
  });

  it("says of a step who gets it, and who had it before", () => {
    const first = rolloutIn("ramping", { step: 2 });
    const notice = moved(first, "ramping", "nightly takes 25 % of the users", { step: 3 });
    expect(linesOf(notice)).toEqual([
      `${HEAD} takes more users: nightly takes 25 % of the users`,
      "Users: 25 % of the users get it, 5 % before",
      "Since: 2026-03-01 21:00:00 UTC",
      "Done: its weight is set; it is judged, and taken back by itself where harm is proven",
      LAST,
    ]);
  });

  it("says when a verdict is due", () => {
    const begun = { step: 4, windowStartedAtMs: seen.nowMs };
    const notice = moved(rolloutIn("ramping", { step: 3 }), "evaluating", "half", begun);
    expect(linesOf(notice)?.[3]).toBe(
      "Done: the decision's clock runs; the verdict is due after 2026-03-02 09:00:00 UTC",
    );
    const ran = { windowStartedAtMs: seen.nowMs - 15 * HOUR, heldSeconds: 3 * 3_600 };
    const longer = moved(rolloutIn("evaluating", ran), "extending", "not sure", { extended: true });
    expect(linesOf(longer)?.[3]).toContain("after 2026-03-02 09:00:00 UTC");
  });

  it.each([
    ["data", "50 % of the users have it, as before", "taken back after 2026-03-01 23:00:00 UTC"],
    ["lease", "50 % of the users, who had it since 2026-03-01 20:00:00 UTC", "main serves all"],
    ["verdict", "50 % of the users have it, as before", "it waits for you"],
    ["operator", "50 % of the users have it, as before", "canarec release resume"],
  ] as const)(
    "says of one that is held for %s who keeps it, and until when",
    (cause, who, done) => {
      const before = rolloutIn("evaluating");
      const notice = noticeOf(hold(before, seen, cause, "because"), 5, {
        release,
        plan,
        rollout: before,
      });
      const lines = linesOf(notice);
      expect(lines?.[0]).toBe(`${HEAD} is held: because`);
      expect(lines?.[1]).toContain(who);
      expect(lines?.[3]).toContain(done);
    },
  );

  it("says of a new main how long there is a way back, and by whom it was made main", () => {
    const why = { actor: "ann", reason: "I looked at it" };
    const notice = moved(rolloutIn("promoting"), "promoted", why);
    expect(linesOf(notice)).toEqual([
      `${HEAD} is main now (ann): I looked at it`,
      "Users: all users get it",
      "Since: 2026-03-01 21:00:00 UTC",
      "Done: the main before it stays warm until 2026-03-01 22:00:00 UTC: canarec release rollback",
      LAST,
    ]);
    const back = moved(rolloutIn("promoted"), "rolling-back", "worse after all");
    expect(linesOf(back)?.[1]).toBe("Users: all users, who had it, get the main before it");
  });

  it.each([
    ["preparing", "queued"],
    ["shadowing", "warming"],
    ["failed-to-start", "preparing"],
    ["rolled-back", "rolling-back"],
    ["aborted", "rolling-back"],
  ] as const)("says that %s concerns no users", (state, before) => {
    expect(linesOf(moved(rolloutIn(before, { step: 1 }), state, "so it is"))?.[1]).toBe(
      "Users: none: all get main",
    );
  });

  it("tells of a roll-back that is over at once when it begins alone", () => {
    const begun = (secondsAgo: number) => ({ sinceMs: seen.nowMs - secondsAgo * 1_000 });
    const back = rolloutIn("rolling-back");
    expect(moved({ ...back, ...begun(59) }, "rolled-back", "gone")).toBeUndefined();
    const late = moved({ ...back, ...begun(60) }, "rolled-back", "gone");
    expect(linesOf(late)?.[0]).toBe(`${HEAD} was taken back: gone`);
    expect(moved({ ...back, ...begun(1) }, "aborted", "gone")).toBeDefined();
  });

  it.each(["queued", "warming"] as const)("is silent about %s", (state) => {
    expect(moved(rolloutIn("preparing"), state, "so it is")).toBeUndefined();
  });
});
