import { describe, expect, it } from "vitest";
import { interactionsFrom } from "../models/interactions.ts";
import {
  appearances,
  coverageOf,
  diversityOf,
  genreDistance,
  giniOf,
  noveltyOf,
  surpriseOf,
} from "./catalogue-metrics.ts";

const list = (...movies: number[]) => Int32Array.from(movies);

describe("catalogue metrics", () => {
  it("count in how many lists a movie is", () => {
    expect([...appearances([list(0, 2), list(2)], 4)]).toEqual([1, 0, 2, 0]);
    expect(coverageOf(list(1, 0, 2, 0))).toBe(0.5);
    expect(coverageOf(list())).toBe(0);
  });

  it.each([
    [[5, 5, 5, 5], 0],
    [[0, 0, 0, 8], 0.75],
    [[4, 1, 3, 2], 0.25], // Σ (2i − 5) x = −3 − 2 + 3 + 12 = 10, over 4 · 10
    [[0, 0], 0],
    [[], 0],
  ])("the Gini coefficient of %o is %d", (counts, expected) => {
    expect(giniOf(Int32Array.from(counts))).toBeCloseTo(expected, 12);
  });

  it("the Gini coefficient is half the mean difference over the mean", () => {
    const counts = [7, 0, 0, 2, 11, 3, 3];
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const differences = counts.flatMap((a) => counts.map((b) => Math.abs(a - b)));
    const meanDifference = differences.reduce((sum, d) => sum + d, 0) / counts.length ** 2;
    expect(giniOf(Int32Array.from(counts))).toBeCloseTo(meanDifference / (2 * mean), 12);
  });

  it("measure novelty in bits", () => {
    const rows = [0, 1, 2].map((user) => ({ user, movie: 0, preference: 1, time: 0 }));
    const training = interactionsFrom([...rows, { user: 0, movie: 1, preference: 0, time: 0 }], {
      users: 3,
      movies: 3,
    });
    const surprise = surpriseOf(training);
    expect([...surprise]).toEqual([0, 1, 2]);
    expect(noveltyOf(list(2, 1), surprise)).toBe(1.5);
    expect(noveltyOf(list(), surprise)).toBe(0);
  });

  it("measure variety by pairs", () => {
    const distance = genreDistance([["Drama"], ["Drama", "War"], ["Comedy"], [], []]);
    expect(distance(0, 1)).toBe(0.5);
    expect(distance(1, 0)).toBe(0.5);
    expect(distance(0, 2)).toBe(1);
    expect(distance(3, 4)).toBe(0);
    expect(distance(0, 3)).toBe(1);
    expect(diversityOf(list(0, 1, 2), distance)).toBeCloseTo((0.5 + 1 + 1) / 3, 12);
    expect(diversityOf(list(0), distance)).toBe(0);
  });
});
