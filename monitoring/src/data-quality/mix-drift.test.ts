import { describe, expect, it } from "vitest";
import { mixDrift, stabilityIndex } from "./mix-drift.ts";

const RULE = { leastDays: 5, leastSamples: 100, leastDifference: 0.25 };
const EVEN = { a: 500, b: 500 };

describe("stabilityIndex", () => {
  it("is the known one", () => {
    // With the half that is added: p = (.75, .25), q = (.25, .75); 2 · .5 · ln 3.
    const index = stabilityIndex({ a: 74.5, b: 24.5 }, { a: 24.5, b: 74.5 });
    expect(index).toBeCloseTo(Math.log(3), 12);
  });

  it("is 0 for the same shares, symmetric, and finite for a kind that is new", () => {
    expect(stabilityIndex(EVEN, EVEN)).toBe(0);
    const [one, other] = [
      { a: 90, b: 10 },
      { a: 50, c: 50 },
    ];
    expect(stabilityIndex(one, other)).toBeCloseTo(stabilityIndex(other, one), 12);
    expect(stabilityIndex(one, other)).toBeGreaterThan(1);
    expect(Number.isFinite(stabilityIndex(one, {}))).toBe(true);
    expect(stabilityIndex({}, {})).toBe(0);
  });
});

describe("mixDrift", () => {
  const history = [EVEN, EVEN, EVEN, EVEN, EVEN];

  it.each([
    ["alike", { a: 500, b: 500 }, false],
    // .74 against .5 each: .24 · ln(.74 / .26) = .251.
    ["shifted", { a: 740, b: 260 }, true],
    // .73: .23 · ln(.73 / .27) = .229.
    ["shifted less than the least difference", { a: 730, b: 270 }, false],
    ["of a new kind", { c: 1_000 }, true],
  ])("says of a day that is %s whether it is a breach", (_what, day, isBreach) => {
    const found = mixDrift([day, ...history], RULE);
    expect(found?.verdict).toEqual({ lower: 0, upper: 0.25, isBreach });
    expect(found?.samples).toBe(1_000);
  });

  it("lets days differ by what they always did", () => {
    const restless = [100, 900, 100, 900, 500].map((a) => ({ a, b: 1_000 - a }));
    const found = mixDrift([{ a: 900, b: 100 }, ...restless], RULE);
    expect(found?.value).toBeGreaterThan(0.25);
    expect(found?.verdict?.isBreach).toBe(false);
  });

  it("has none without enough samples or days", () => {
    expect(mixDrift([{ a: 99 }, ...history], RULE)).toBeUndefined();
    expect(mixDrift([EVEN, ...history.slice(1), { a: 99 }], RULE)).toBeUndefined();
    expect(mixDrift([], RULE)).toBeUndefined();
  });
});
