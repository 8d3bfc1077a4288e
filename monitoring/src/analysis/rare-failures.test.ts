import { describe, expect, it } from "vitest";
import { logEvidenceOf } from "../statistics/grid-mixture.ts";
import { standard } from "./inputs-fixture.ts";
import type { MinuteCounts } from "./minute-counts.ts";
import { type CountedMinute, killTests, noFailures, rareFailures } from "./rare-failures.ts";

const MINUTE = 60_000;
const nothing: MinuteCounts = {
  requests: 0,
  users: 0,
  errors: 0,
  deadline: 0,
  lists: 0,
  fallbacks: 0,
  personalised: 0,
  answers: 0,
  matched: 0,
  unlogged: 0,
  sampled: 0,
  sampledMovies: 0,
};
const row = (
  [minute, step]: readonly [number, number],
  track: CountedMinute["track"],
  counts: Partial<MinuteCounts>,
): CountedMinute => ({
  minuteMs: minute * MINUTE,
  step,
  track,
  counts: { ...nothing, ...counts },
});

describe("rare failures", () => {
  // First nightly fails, then main does: the greatest evidence is that of the first minute.
  const minutes = [
    row([0, 2], "main", { users: 100, errors: 1 }),
    row([0, 2], "nightly", { users: 100, errors: 30, lists: 2 }),
    row([1, 2], "main", { users: 100, errors: 60 }),
    row([1, 2], "nightly", { users: 50, errors: 2 }),
  ];
  const steps = [
    { mainExposures: 100, mainFailures: 1, nightlyExposures: 100, nightlyFailures: 30 },
    { mainExposures: 100, mainFailures: 60, nightlyExposures: 50, nightlyFailures: 2 },
  ];

  it("are counted by track, and the greatest evidence of any minute stays", () => {
    const found = rareFailures(minutes, "errors", 1.2);
    expect(found.main).toEqual({ users: 200, failures: 61 });
    expect(found.nightly).toEqual({ users: 150, failures: 32 });
    expect(found.highestLogE).toBeCloseTo(logEvidenceOf(1.2, steps.slice(0, 1)), 9);
    expect(found.highestLogE).toBeGreaterThan(logEvidenceOf(1.2, steps) + 1);
  });

  it("are those of their own kind", () => {
    expect(rareFailures(minutes, "lists", 1.2)).toMatchObject({
      main: { users: 200, failures: 0 },
      nightly: { users: 150, failures: 2 },
    });
    expect(rareFailures(minutes, "deadline", 1.2)).toMatchObject({
      nightly: { users: 150, failures: 0 },
      highestLogE: 0,
      logRatios: noFailures(1.2).logRatios,
    });
  });

  it("come in the order of time and step, however the rows come", () => {
    const mixed = [...minutes, ...minutes.map((one) => ({ ...one, step: 3 }))];
    expect(rareFailures(mixed.toReversed(), "errors", 1.2)).toEqual(
      rareFailures(mixed, "errors", 1.2),
    );
  });

  it("of a minute without users on nightly are left out, main's too", () => {
    const alone = row([2, 2], "main", { users: 1_000, errors: 500 });
    expect(rareFailures([...minutes, alone], "errors", 1.2)).toEqual(
      rareFailures(minutes, "errors", 1.2),
    );
  });
});

describe("the kill tests", () => {
  const calm = { errors: noFailures(1.2), deadline: noFailures(1.2), lists: noFailures(1.2) };

  // ln 1 / .004, 1 / .003, 1 / .001
  it.each([
    ["errors", 5.521461],
    ["deadline", 5.809143],
    ["lists", 6.907755],
  ] as const)("on %s prove harm from evidence of e^%d on", (of, threshold) => {
    const testOf = (highestLogE: number) =>
      killTests({ plan: standard, rare: { ...calm, [of]: { ...calm[of], highestLogE } } }).find(
        (one) => one.of === of,
      );
    expect(testOf(0)?.threshold).toBeCloseTo(threshold, 5);
    expect(testOf(0)).toMatchObject({ logE: expect.closeTo(0, 12) as number, harm: false });
    expect(testOf(threshold - 1e-5)?.harm).toBe(false);
    expect(testOf(threshold + 1e-5)).toMatchObject({
      highestLogE: threshold + 1e-5,
      harm: true,
    });
  });

  it("look at what is now, too", () => {
    const logRatios = calm.lists.logRatios.map(() => 7);
    const rare = { ...calm, lists: { ...calm.lists, logRatios } };
    expect(killTests({ plan: standard, rare })[2]).toMatchObject({
      logE: expect.closeTo(7, 12) as number,
      highestLogE: expect.closeTo(7, 12) as number,
      harm: true,
    });
  });
});
