import { describe, expect, it } from "vitest";
import { DEFAULT_RANKING } from "../ranking/parameters.ts";
import { type PackedHistory, findRow, rowCount, withRow } from "./packed-history.ts";
import { createSignals, preferenceOf, weighHistory } from "./signals.ts";

const DAY = 86_400_000;
const NONE = NaN;

describe("preferenceOf", () => {
  const preference = (rating: number, furthestMinute: number, minutes = 100) =>
    preferenceOf(rating, furthestMinute, minutes, DEFAULT_RANKING);

  it.each([
    { what: "the best rating", rating: 1, furthest: NONE, then: 1 },
    { what: "4 of 5", rating: 0.8, furthest: NONE, then: 0.6 },
    { what: "a neutral rating", rating: 0.5, furthest: NONE, then: 0 },
    { what: "a bad rating, though watched to the end", rating: 0.2, furthest: 99, then: 0 },
    { what: "a good rating, though barely watched", rating: 1, furthest: 0, then: 1 },
    { what: "watched to the end", rating: NONE, furthest: 99, then: 0.7 },
    { what: "watched half", rating: NONE, furthest: 49, then: 0.35 },
    { what: "watched past its known length", rating: NONE, furthest: 300, then: 0.7 },
    { what: "barely watched", rating: NONE, furthest: 18, then: 0 },
    { what: "neither watched nor rated", rating: NONE, furthest: NONE, then: 0 },
  ])("is $then for $what", ({ rating, furthest, then }) => {
    expect(preference(rating, furthest)).toBeCloseTo(then, 12);
  });
});

/** Rows of [movie key, furthest minute, days ago, rating]. */
function historyOf(rows: readonly (readonly [number, number, number, number])[]): PackedHistory {
  return rows.reduce<PackedHistory>(
    (history, [key, furthest, daysAgo, rating]) =>
      withRow(history, [key, furthest, -daysAgo * DAY, -daysAgo * DAY, rating, NONE]),
    new Float64Array(0),
  );
}

const movies = {
  indexOf: (key: number) => (key < 100 ? key * 10 : undefined),
  minutes: new Float32Array(1_000).fill(100),
};

function weigh(history: PackedHistory, historyLimit = 100): [number, number][] {
  const signals = createSignals(rowCount(history));
  weighHistory(history, movies, { ...DEFAULT_RANKING, historyLimit }, signals);
  return Array.from({ length: signals.count }, (_, i) => [
    signals.indices[i] ?? NaN,
    signals.weights[i] ?? NaN,
  ]);
}

describe("weighHistory", () => {
  it("weighs the latest by preference alone, and older ones less", () => {
    const [latest, older] = weigh(
      historyOf([
        [1, 99, 0, NONE],
        [2, 99, 60, NONE],
      ]),
    );
    expect(latest?.[0]).toBe(10);
    expect(latest?.[1]).toBeCloseTo(0.7, 12);
    expect(older?.[1]).toBeCloseTo(0.7 * (0.2 + 0.8 / 2), 12);
  });

  it("counts age from the user's own latest event", () => {
    const rows = [
      [1, 99, 0, NONE],
      [2, 99, 30, NONE],
    ] as const;
    const later = rows.map(([key, f, days, r]) => [key, f, days + 500, r] as const);
    expect(weigh(historyOf(later))).toEqual(weigh(historyOf(rows)));
  });

  it("leaves out what says nothing, and movies that are not in the catalogue", () => {
    expect(
      weigh(
        historyOf([
          [1, 0, 0, NONE],
          [2, 99, 0, 0.2],
          [200, 99, 0, NONE],
        ]),
      ),
    ).toEqual([]);
  });

  it("keeps the heaviest beyond the limit, in order of key", () => {
    const kept = weigh(
      historyOf([
        [1, 39, 0, NONE],
        [2, 99, 0, 1],
        [3, 59, 0, NONE],
        [4, 99, 0, NONE],
      ]),
      2,
    );
    expect(kept.map(([index]) => index)).toEqual([20, 40]);
  });

  it("weighs nothing for an empty history", () => {
    expect(weigh(new Float64Array(0))).toEqual([]);
  });
});

describe("a packed history", () => {
  it("stays in order of key and replaces a movie's row", () => {
    const history = historyOf([
      [7, 1, 0, NONE],
      [3, 1, 0, NONE],
      [7, 5, 0, NONE],
    ]);
    expect(rowCount(history)).toBe(2);
    expect([findRow(history, 3), findRow(history, 7)]).toEqual([0, 1]);
    expect([findRow(history, 1), findRow(history, 5), findRow(history, 9)]).toEqual([-1, -2, -3]);
    expect(history[7]).toBe(5);
  });
});
