import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_PREFERENCE, type Interest, preferenceOf } from "./preference.ts";
import { recencyOf } from "./recency.ts";

const DAY_MS = 86_400_000;

function interest(rating: number, furthestMinute: number, minutes: number): Interest {
  return { rating, furthestMinute, minutes };
}

describe("preferenceOf", () => {
  it.each<[string, Interest, number]>([
    ["the best rating", interest(1, NaN, 100), 1],
    ["a rating between neutral and best", interest(0.8, NaN, 100), 0.6],
    ["a neutral rating", interest(0.5, NaN, 100), 0],
    ["a rating below neutral", interest(0.1, NaN, 100), -0.8],
    ["a rating of 0", interest(0, NaN, 100), -1],
    ["a rating, not the minutes beside it", interest(0.2, 99, 100), -0.6],
    ["a movie watched to its end", interest(NaN, 99, 100), 0.7],
    ["credits beyond the end", interest(NaN, 130, 100), 0.7],
    ["half a movie", interest(NaN, 49, 100), 0.35],
    ["the least that counts as watched", interest(NaN, 19, 100), 0.14],
    ["one minute less", interest(NaN, 18, 100), -0.3],
    ["two minutes", interest(NaN, 1, 100), -0.3],
    ["two minutes of a short film of four", interest(NaN, 1, 4), 0.35],
    ["nothing known", interest(NaN, NaN, 100), 0],
    ["an unknown length", interest(NaN, 10, NaN), 0],
    ["a length of 0", interest(NaN, 10, 0), 0.7],
  ])("of %s", (_, of, expected) => {
    expect(preferenceOf(of, DEFAULT_PREFERENCE)).toBeCloseTo(expected, 12);
  });

  it("stays in [−1, 1], and rises with the rating and with the minutes", () => {
    const rule = fc.record({
      neutralRating: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
      watchedWeight: fc.double({ min: 0, max: 1, noNaN: true }),
      leastShareWatched: fc.double({ min: 0, max: 1, noNaN: true }),
      bailOutPreference: fc.double({ min: -1, max: 0, noNaN: true }),
    });
    const pair = fc.tuple(fc.double({ noNaN: true }), fc.double({ noNaN: true }));
    const interestOf = (value: number, isRated: boolean) =>
      isRated ? interest(value, NaN, 90) : interest(NaN, Math.abs(value), 90);
    fc.assert(
      fc.property(rule, pair, fc.boolean(), (by, [a, b], isRated) => {
        const [first, second] = [interestOf(a, isRated), interestOf(b, isRated)];
        const [one, other] = [preferenceOf(first, by), preferenceOf(second, by)];
        expect(Math.max(Math.abs(one), Math.abs(other))).toBeLessThanOrEqual(1);
        const isMore = isRated ? a >= b : first.furthestMinute >= second.furthestMinute;
        expect(isMore ? one >= other : one <= other).toBe(true);
      }),
    );
  });
});

describe("recencyOf", () => {
  const rule = { recencyHalfLifeDays: 60, recencyFloor: 0.2 };

  it.each([
    ["the latest", 0, 1],
    ["one half-life", 60, 0.6],
    ["two half-lives", 120, 0.4],
    ["an age without end", 1e9, 0.2],
  ])("of %s", (_, days, expected) => {
    expect(recencyOf(days * DAY_MS, rule)).toBeCloseTo(expected, 12);
  });

  it("is 1 at every age with a floor of 1", () => {
    expect(recencyOf(1e4 * DAY_MS, { ...rule, recencyFloor: 1 })).toBe(1);
  });
});
