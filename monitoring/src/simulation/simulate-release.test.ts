import { describe, expect, it } from "vitest";
import {
  type SummarisedMinute,
  assembleFrom,
  assembleInputs,
} from "../analysis/assemble-inputs.ts";
import { clockSeconds } from "../analysis/evaluation-window.ts";
import { endingOf } from "./characteristics.ts";
import { policyJudge } from "./judges.ts";
import { short, standard } from "./plans-fixture.ts";
import { type Scenario, equalBuilds } from "./scenario.ts";
import { type Judge, simulateRelease } from "./simulate-release.ts";

// Without shadowing, so that a judge sees every minute.
const unshadowed = { ...standard, shadow: { seconds: 0, share: 0 } };
const quiet: Scenario = { ...equalBuilds(unshadowed), visitsPerHour: 300 };
const quick: Scenario = { ...equalBuilds(short), visitsPerHour: 8_000 };

/** Compares what the simulation kept from minute to minute with what all minutes give at once. */
function comparingJudge(): { readonly judge: Judge; readonly looks: () => number } {
  const minutes = new Map<number, readonly SummarisedMinute[]>();
  const decides = policyJudge();
  let looks = 0;
  const judge: Judge = (look) => {
    for (const { minuteMs } of look.minutes) {
      minutes.set(
        minuteMs,
        look.minutes.filter((one) => one.minuteMs === minuteMs),
      );
    }
    looks += 1;
    if (looks % 20 === 0) {
      const past = { lowestP: {}, noDataSince: null };
      const all = { ...look.summaries, past, minutes: [...minutes.values()].flat() };
      const whole = assembleInputs(all, look.atMs);
      const kept = assembleFrom(all, look.evidence, look.atMs);
      expect(kept).toStrictEqual(whole);
    }
    return decides(look);
  };
  return { judge, looks: () => looks };
}

describe("simulateRelease", () => {
  it("gives the same for the same seed, and something else for another", () => {
    const of = (seed: number, releaseId: number) =>
      simulateRelease(quick, { seed, releaseId }, policyJudge());
    const one = of(1, 7);
    expect(of(1, 7)).toEqual(one);
    expect(of(2, 7)).not.toEqual(one);
    expect(of(1, 8)).not.toEqual(one);
  });

  it.each([
    { name: "a minute's looks", scenario: quiet },
    { name: "looks within a minute", scenario: quick },
    {
      name: "an outage that leaves a backlog",
      scenario: { ...quick, outages: [{ fromSeconds: 400, seconds: 240 }] },
    },
  ])("keeps from look to look what all minutes give at once: $name", ({ scenario }) => {
    const { judge, looks } = comparingJudge();
    simulateRelease(scenario, { seed: 1, releaseId: 1 }, judge);
    expect(looks()).toBeGreaterThan(60);
  });

  it("lets as many users in on nightly as the weight says", () => {
    const users = { main: 0, nightly: 0 };
    for (let releaseId = 1; releaseId <= 4; releaseId += 1) {
      const entered = simulateRelease(quick, { seed: 3, releaseId }, policyJudge()).users;
      users.main += entered.main;
      users.nightly += entered.nightly;
    }
    const all = users.main + users.nightly;
    expect(all).toBeGreaterThan(10_000);
    expect(Math.abs(users.nightly - all / 2)).toBeLessThan(4 * Math.sqrt(all / 4));
  });

  it.each([-0.2, 0.2])("has the true effect %d in the users who watched", (effect) => {
    const sum = { main: [0, 0], nightly: [0, 0] };
    for (let releaseId = 1; releaseId <= 2; releaseId += 1) {
      const scenario = { ...quick, visitsPerHour: 30_000, effect };
      for (const look of simulateRelease(scenario, { seed: 4, releaseId }, waiting).looks) {
        for (const track of ["main", "nightly"] as const) {
          sum[track] = [
            (sum[track][0] ?? 0) + look[track].successes,
            (sum[track][1] ?? 0) + look[track].users,
          ];
        }
      }
    }
    const [main, nightly] = [sum.main, sum.nightly].map(([s = 0, n = 0]) => ({
      share: s / n,
      variance: (1 - s / n) / s,
    }));
    const lift = (nightly?.share ?? 0) / (main?.share ?? 0) - 1;
    const se = (1 + effect) * Math.sqrt((main?.variance ?? 0) + (nightly?.variance ?? 0));
    expect(se).toBeLessThan(0.05);
    expect(Math.abs(lift - effect)).toBeLessThan(4 * se);
  });

  it("rolls back a build that is plainly worse, and one that fails, and says by which row", () => {
    const failures = { ...quick.main.failures, errors: 0.2 };
    const failing = { ...quick, nightly: { ...quick.nightly, failures } };
    const failed = simulateRelease(failing, { seed: 1, releaseId: 1 }, policyJudge());
    expect(failed).toMatchObject({ outcome: "rolled-back", row: 1, extended: false });
    expect(failed.reason).toContain("failed requests");
    const worse = { ...quick, visitsPerHour: 30_000, effect: -0.6 };
    const judged = simulateRelease(worse, { seed: 1, releaseId: 1 }, policyJudge());
    expect(judged.outcome).toBe("rolled-back");
    expect([1, 6]).toContain(judged.row);
  });

  it("promotes a build that is plainly better", () => {
    const better = { ...quick, visitsPerHour: 60_000, effect: 0.25 };
    const found = simulateRelease(better, { seed: 1, releaseId: 1 }, policyJudge());
    expect(found).toMatchObject({ outcome: "promoted", row: 5 });
  });

  it("holds while there are no metrics, goes on when they are back, and ends when they do not come", () => {
    const of = (seconds: number) => {
      const plan = { ...short, holdLimitSeconds: 900 };
      const out = { ...quick, plan, outages: [{ fromSeconds: 500, seconds }] };
      return simulateRelease(out, { seed: 1, releaseId: 1 }, policyJudge());
    };
    expect(endingOf(of(400))).toBe("not-sure");
    expect(of(400).wasHeld).toBe(true);
    expect(endingOf(of(7_000))).toBe("no-data");
    expect(of(90).wasHeld).toBe(false);
  });

  it("waits for an operator where nightly's users are missing", () => {
    const losses = { ...quick.nightly.losses, users: 0.5 };
    const missing = { ...quick, nightly: { ...quick.nightly, losses } };
    const found = simulateRelease(missing, { seed: 1, releaseId: 1 }, policyJudge());
    expect(found).toMatchObject({ outcome: "held", row: 3 });
  });
});

/** Waits until the last users of the first look are mature, so that none is lost to an early end. */
const waiting: Judge = ({ summaries, atMs }) => {
  const { window, plan, release } = summaries;
  const clock = window === undefined ? 0 : clockSeconds(window, atMs);
  return {
    v: 1,
    releaseId: release.releaseId,
    window: release.window,
    at: new Date(atMs).toISOString(),
    row: 9,
    kind: "inconclusive",
    action: clock > plan.evaluation.seconds + 120 ? "keep-main" : "continue",
    reason: "it waits",
  };
};
