import { describe, expect, it } from "vitest";
import { type DailyData, DATA_CHECKS, checkData } from "./check-data.ts";
import type { Mix } from "./mix-drift.ts";

const LINES = { watch: 8_000, rating: 1_500, account: 100, recommendation: 390, rejected: 10 };
const MOVIES = {
  ...{ movies: 100, known: 90, overview: 85, year: 90, language: 90, runtime: 80, poster: 70 },
  ...{ genres: 88, people: 60, catalogue: 10_000 },
};

/** Ten times as many, like those before. */
const POURED_IN = {
  ...Object.fromEntries(Object.entries(MOVIES).map(([field, count]) => [field, 10 * count])),
  catalogue: 11_000,
};

const daily = (newest: Mix, usual: Mix, before = 6) => [newest, ...Array<Mix>(before).fill(usual)];

function data(change: Partial<Record<keyof DailyData, Mix>> = {}, before = 6): DailyData {
  const reasons = { bad_time: 300, bad_user: 100 };
  const ratings = { "3.0": 400, "4.0": 500, "5.0": 100 };
  return {
    lines: daily(change.lines ?? LINES, LINES, before),
    reasons: daily(change.reasons ?? reasons, reasons, before),
    ratings: daily(change.ratings ?? ratings, ratings, before),
    movies: daily(change.movies ?? MOVIES, MOVIES, before),
  };
}

const breaches = (given: DailyData) =>
  [...checkData(given)].filter(([, { verdict }]) => verdict?.isBreach).map(([check]) => check);

describe("checkData", () => {
  it("checks everything of days that are alike, and finds nothing", () => {
    expect([...checkData(data()).keys()]).toEqual([...DATA_CHECKS]);
    expect(breaches(data())).toEqual([]);
    expect(checkData(data()).get("metadata_people")?.value).toBeCloseTo(60 / 90, 12);
    expect(checkData(data()).get("lines_rejected")?.value).toBe(0.001);
  });

  it.each<[string, Partial<Record<keyof DailyData, Mix>>, readonly string[]]>([
    ["ratings stay away", { lines: { ...LINES, rating: 0 } }, ["lines_watch", "lines_rating"]],
    ["lines are rejected", { lines: { ...LINES, rejected: 200 } }, ["lines_rejected"]],
    ["another reason prevails", { reasons: { bad_movie: 400 } }, ["rejection_reasons"]],
    ["everybody is enthusiastic", { ratings: { "5.0": 1_000 } }, ["rating_mix"]],
    ["the platform knows no movies", { movies: { ...MOVIES, known: 0 } }, ["metadata_known"]],
    ["posters are gone", { movies: { ...MOVIES, poster: 0 } }, ["metadata_poster"]],
    ["a catalogue is poured in", { movies: POURED_IN }, ["catalogue_growth"]],
  ])("finds that %s", (_what, change, expected) => {
    expect(breaches(data(change))).toEqual(expected);
  });

  it("measures without a verdict what has too short a history, and nothing without data", () => {
    const found = checkData(data({ lines: { ...LINES, rejected: 9_000 } }, 4));
    expect(found.get("lines_rejected")?.value).toBeCloseTo(9_000 / 18_990, 12);
    expect([...found.values()].filter(({ verdict }) => verdict !== undefined)).toEqual([]);
    const none = { lines: [], reasons: [], ratings: [], movies: [] };
    expect([...checkData(none)]).toEqual([]);
  });
});
