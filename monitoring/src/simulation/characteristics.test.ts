import { describe, expect, it } from "vitest";
import { type Ending, characteristicsOf, endingOf } from "./characteristics.ts";
import { mostToShow, shareOf } from "./share.ts";
import type { SimulatedRelease } from "./simulate-release.ts";

const release: SimulatedRelease = {
  outcome: "promoted",
  row: 5,
  reason: "because",
  extended: false,
  wasHeld: false,
  seconds: 600,
  users: { main: 100, nightly: 100 },
  looks: [],
};

const lookWith = (z: number): SimulatedRelease["looks"][number] => ({
  look: 1,
  main: { successes: 20, users: 100 },
  nightly: { successes: 30, users: 100 },
  z,
});

describe("shareOf", () => {
  // Clopper and Pearson's interval, as R's binom.test gives it.
  it.each([
    { count: 0, of: 10, lower: 0, upper: 0.308497 },
    { count: 5, of: 10, lower: 0.187086, upper: 0.812914 },
    { count: 10, of: 10, lower: 0.691503, upper: 1 },
    { count: 12, of: 2_000, lower: 0.003104, upper: 0.010457 },
  ])("of $count of $of", ({ count, of, lower, upper }) => {
    const share = shareOf(count, of);
    expect(share).toMatchObject({ count, of, share: count / of });
    expect(share.lower).toBeCloseTo(lower, 5);
    expect(share.upper).toBeCloseTo(upper, 5);
  });
});

describe("mostToShow", () => {
  it.each([
    { of: 2_000, probability: 0.01, most: 12 },
    { of: 2_000, probability: 0.05, most: 83 },
    { of: 200, probability: 0.01, most: -1 },
  ])("$most of $of below $probability", ({ of, probability, most }) => {
    expect(mostToShow(of, probability)).toBe(most);
  });
});

describe("endingOf", () => {
  it.each<[SimulatedRelease["outcome"], number | null, Ending]>([
    ["promoted", 5, "promoted"],
    ["promoted", 7, "promoted"],
    ["rolled-back", 1, "killed"],
    ["rolled-back", 2, "no-data"],
    ["rolled-back", null, "no-data"],
    ["rolled-back", 6, "worse"],
    ["rolled-back", 9, "not-sure"],
    ["held", 3, "invalid"],
    ["unfinished", null, "unfinished"],
  ])("%s by row %s is %s", (outcome, row, ending) => {
    expect(endingOf({ ...release, outcome, row })).toBe(ending);
  });
});

describe("characteristicsOf", () => {
  const killed: SimulatedRelease = { ...release, outcome: "rolled-back", row: 1 };

  it("counts each release in one ending, and gives the times of those that were killed", () => {
    const found = characteristicsOf([
      release,
      ...[60, 120, 180, 240].map((seconds) => ({ ...killed, seconds })),
    ]);
    expect(found.endings.promoted.count).toBe(1);
    expect(found.endings.killed.count).toBe(4);
    expect(found.secondsToKill).toEqual({ median: 120, p90: 240, max: 240 });
    expect(found.seconds).toEqual({ median: 180, p90: 600, max: 600 });
  });

  it("compares with the fixed test in pairs", () => {
    const both = { ...release, looks: [lookWith(2.5)] };
    const later = { ...release, extended: true, looks: [lookWith(1.97)] };
    const neither = { ...killed, looks: [lookWith(1.95)] };
    const found = characteristicsOf([both, both, later, neither]);
    expect(found.fixedTest.count).toBe(3);
    expect(found.promotedAtFirst.count).toBe(2);
    // One of four is found by the fixed test alone: 1/4, and its error is √(3/16 / 4).
    expect(found.lostPower.value).toBe(0.25);
    expect(found.lostPower.upper).toBeCloseTo(0.25 + 1.644854 * Math.sqrt(3 / 64), 5);
    expect(found.lostPowerAtEnd).toEqual({ value: 0, upper: 0 });
    expect(found).toMatchObject({ usersPerTrack: 100, mainShare: 0.2, nightlyShare: 0.3 });
  });
});
