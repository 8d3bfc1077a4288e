import { describe, expect, it } from "vitest";
import type { SummarisedMinute } from "../analysis/assemble-inputs.ts";
import { NO_USERS, sumsOfUsers } from "../statistics/sufficient-sums.ts";
import { JUDGES, thresholdJudge } from "./judges.ts";
import { standard } from "./plans-fixture.ts";
import type { Look } from "./simulate-release.ts";

const START_MS = Date.UTC(2026, 2, 1, 20);
const MINUTE_MS = 60_000;

/** A look at a minute in which so many of 100 users on nightly met an error, with the shares who watched so far. */
function lookAt(minute: number, errors: number, shares: { main: number; nightly: number }): Look {
  const counted: SummarisedMinute["counts"] = {
    ...{
      requests: 100,
      users: 100,
      errors,
      deadline: 0,
      lists: 0,
      fallbacks: 0,
      personalised: 100,
    },
    ...{ answers: 100, matched: 100, unlogged: 0, sampled: 0, sampledMovies: 0 },
  };
  const sums = (["main", "nightly"] as const).map((track) => ({
    ...{ track, stratum: 0, metric: "watched_share" as const },
    sums: sumsOfUsers(
      Array.from({ length: 1_000 }, (_, i) => ({
        s: i < shares[track] * 1_000 ? 1 : 0,
        k: 1,
        x: 0,
      })),
    ),
  }));
  const release = {
    ...{ releaseId: 1, window: 1, code: "a", build: "a", bundleId: null, salt: "s", planHash: "p" },
  };
  const minuteMs = START_MS + minute * MINUTE_MS;
  return {
    atMs: minuteMs + MINUTE_MS,
    minutes: (["main", "nightly"] as const).map((track) => ({
      ...{ track, step: 4, minuteMs, inWindow: true, counts: counted },
    })),
    summaries: {
      ...{ release, plan: standard, expectation: null, onHold: false, sums, stepUsers: [] },
      window: { startedAtMs: START_MS, heldSeconds: 0, extended: false, firstSnapshotVersion: 5 },
      sources: { exposuresMs: null, platformMs: null },
      summedToMs: undefined,
      entered: { main: 1_000, nightly: 1_000, crossedOver: 0 },
    },
    evidence: {
      rare: {
        ...{ errors: nothing(), deadline: nothing(), lists: nothing() },
      },
      variety: NO_USERS,
      recent: [],
    },
  };
}

const nothing = () => ({
  ...{ main: { users: 0, failures: 0 }, nightly: { users: 0, failures: 0 } },
  ...{ logRatios: [], highestLogE: 0 },
});
const alike = { main: 0.3, nightly: 0.3 };

/** The first minute at which a judge does anything else than go on. */
function ends(judge: ReturnType<typeof thresholdJudge>, of: (minute: number) => Look) {
  for (let minute = 0; minute < 800; minute += 1) {
    const { action, reason } = judge(of(minute));
    if (action !== "continue") return { minute, action, reason };
  }
  return undefined;
}

describe("thresholdJudge", () => {
  it("rolls back at the tenth minute with more than 1 % errors, in a row or not", () => {
    expect(ends(thresholdJudge(), (minute) => lookAt(minute, 2, alike))?.minute).toBe(9);
    const everyThird = (minute: number) => lookAt(minute, minute % 3 === 0 ? 2 : 1, alike);
    expect(ends(thresholdJudge(), everyThird)).toEqual({
      minute: 27,
      action: "roll-back",
      reason: "errors",
    });
    expect(ends(JUDGES.difference(), everyThird)?.action).toBe("promote");
  });

  it("rolls back at the tenth look at which nightly is worse by more than the margin", () => {
    const below = { main: 0.3, nightly: 0.284 };
    const within = { main: 0.3, nightly: 0.286 };
    expect(ends(thresholdJudge(), (minute) => lookAt(minute, 0, below))).toEqual({
      minute: 9,
      action: "roll-back",
      reason: "the metric",
    });
    expect(ends(thresholdJudge(), (minute) => lookAt(minute, 0, within))?.action).toBe("promote");
  });

  it("promotes what stands at the end of the evaluation", () => {
    const found = ends(thresholdJudge(), (minute) => lookAt(minute, 1, alike));
    expect(found).toMatchObject({ minute: 719, action: "promote" });
  });
});
