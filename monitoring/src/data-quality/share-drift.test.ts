import { describe, expect, it } from "vitest";
import { shareDrift } from "./share-drift.ts";

const RULE = { leastDays: 5, leastSamples: 100, leastDifference: 0.01 };
const days = (...parts: readonly number[]) => parts.map((part) => ({ part, whole: 10_000 }));

describe("shareDrift", () => {
  it("bounds a share by the median of the days before and how they differ", () => {
    // Shares .48 … .52: median .5, median deviation .01; drawing 10,000 at .5 adds .005².
    const found = shareDrift(days(5_700, 4_800, 4_900, 5_000, 5_100, 5_200), RULE);
    const reach = 4 * Math.sqrt((1.482602218505602 * 0.01) ** 2 + 0.005 ** 2);
    expect(found).toMatchObject({ value: 0.57, samples: 10_000 });
    expect(found?.verdict?.lower).toBeCloseTo(0.5 - reach, 12);
    expect(found?.verdict?.upper).toBeCloseTo(0.5 + reach, 12);
    expect(found?.verdict?.isBreach).toBe(true);
  });

  it.each([
    ["above", 5_211, true],
    ["at the upper end", 5_190, false],
    ["at the lower end", 4_810, false],
    ["below", 4_789, true],
  ])("says of a day %s whether it is a breach", (_where, part, isBreach) => {
    // Days alike: only drawing is left, 4 · .005.
    const found = shareDrift(days(part, 5_000, 5_000, 5_000, 5_000, 5_000), RULE);
    expect(found?.verdict?.isBreach).toBe(isBreach);
  });

  it("takes no difference below the least for one, and stays within [0, 1]", () => {
    const quiet = (part: number) => shareDrift(days(part, 0, 0, 0, 0, 0), RULE)?.verdict;
    expect(quiet(99)).toEqual({ lower: 0, upper: 0.01, isBreach: false });
    expect(quiet(101)?.isBreach).toBe(true);
    const full = shareDrift(days(10_000, 10_000, 10_000, 10_000, 10_000, 10_000), RULE);
    expect(full?.verdict).toEqual({ lower: 0.99, upper: 1, isBreach: false });
  });

  it("is not misled by one wild day of the history", () => {
    const found = shareDrift(days(5_000, 5_000, 0, 5_000, 5_000, 5_000, 5_000), RULE);
    expect(found?.verdict?.lower).toBeCloseTo(0.48, 12);
    expect(found?.verdict?.isBreach).toBe(false);
  });

  it("has no verdict by too short a history, in which thin days do not count", () => {
    const thin = { part: 99, whole: 99 };
    const found = shareDrift([...days(0, 5_000, 5_000, 5_000, 5_000), thin], RULE);
    expect(found).toEqual({ value: 0, samples: 10_000, verdict: undefined });
  });

  it("measures nothing of a day with too few samples", () => {
    const history = days(5_000, 5_000, 5_000, 5_000, 5_000);
    expect(shareDrift([{ part: 1, whole: 99 }, ...history], RULE)).toBeUndefined();
    expect(shareDrift([{ part: 0, whole: 0 }], { ...RULE, leastSamples: 0 })).toBeUndefined();
    expect(shareDrift([], RULE)).toBeUndefined();
  });
});
