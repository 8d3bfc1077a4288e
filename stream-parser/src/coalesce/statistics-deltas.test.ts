import { describe, expect, it } from "vitest";
import { type CountedFields, statisticsDeltas } from "./statistics-deltas.ts";

const HOUR = 3_600_000;
const none: CountedFields = { firstWatchedAtMs: null, ratedAtMs: null, rating: null };
const watched = (firstWatchedAtMs: number): CountedFields => ({ ...none, firstWatchedAtMs });
const rated = (ratedAtMs: number, rating: number): CountedFields => ({
  ...none,
  ratedAtMs,
  rating,
});

describe("statisticsDeltas", () => {
  it.each([
    {
      when: "a movie is watched first",
      moved: { before: none, after: watched(HOUR + 1) },
      movies: [{ movieKey: 7, watchers: 1, ratingCount: 0, ratingSum: 0, ratingSquareSum: 0 }],
      hours: [{ movieKey: 7, hourMs: HOUR, viewers: 1 }],
    },
    {
      when: "an earlier watch in another hour arrives",
      moved: { before: watched(HOUR), after: watched(HOUR - 1) },
      movies: [],
      hours: [
        { movieKey: 7, hourMs: 0, viewers: 1 },
        { movieKey: 7, hourMs: HOUR, viewers: -1 },
      ],
    },
    {
      when: "an earlier watch in the same hour arrives",
      moved: { before: watched(HOUR + 5), after: watched(HOUR) },
      movies: [],
      hours: [],
    },
    {
      when: "a movie never watched is rated",
      moved: { before: none, after: rated(5, 0.8) },
      movies: [{ movieKey: 7, watchers: 0, ratingCount: 1, ratingSum: 16, ratingSquareSum: 256 }],
      hours: [{ movieKey: 7, hourMs: 0, viewers: 1 }],
    },
    {
      when: "a rating is lowered",
      moved: { before: rated(5, 0.8), after: rated(6, 0.1) },
      movies: [{ movieKey: 7, watchers: 0, ratingCount: 0, ratingSum: -14, ratingSquareSum: -252 }],
      hours: [],
    },
    {
      when: "a rated movie is watched in a later hour",
      moved: { before: rated(5, 0.5), after: { ...rated(5, 0.5), firstWatchedAtMs: HOUR } },
      movies: [{ movieKey: 7, watchers: 1, ratingCount: 0, ratingSum: 0, ratingSquareSum: 0 }],
      hours: [
        { movieKey: 7, hourMs: 0, viewers: -1 },
        { movieKey: 7, hourMs: HOUR, viewers: 1 },
      ],
    },
  ])("counts right when $when", ({ moved, movies, hours }) => {
    expect(statisticsDeltas([{ movieKey: 7, ...moved }])).toEqual({ movies, hours });
  });

  it("adds up a batch, ordered by movie and hour", () => {
    const moved = [9, 3, 9].map((movieKey) => ({ movieKey, before: none, after: watched(1) }));
    const { movies, hours } = statisticsDeltas(moved);
    expect(movies.map((delta) => [delta.movieKey, delta.watchers])).toEqual([
      [3, 1],
      [9, 2],
    ]);
    expect(hours.map((delta) => [delta.movieKey, delta.viewers])).toEqual([
      [3, 1],
      [9, 2],
    ]);
  });

  it("reads ratings of both scales exactly", () => {
    const ratings = [0.1, 0.2, 0.3, 0.35, 0.7, 0.9, 0.95, 1].map(Math.fround);
    const sums = ratings.map(
      (rating) =>
        statisticsDeltas([{ movieKey: 1, before: none, after: rated(0, rating) }]).movies[0]
          ?.ratingSum,
    );
    expect(sums).toEqual([2, 4, 6, 7, 14, 18, 19, 20]);
  });
});
