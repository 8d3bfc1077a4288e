import { describe, expect, it } from "vitest";
import { interactionsFrom } from "../models/interactions.ts";
import type { Scorer } from "../models/model.ts";
import { estimateOf } from "./estimate.ts";
import { evaluate, measureLists } from "./evaluate.ts";
import type { Split } from "./split.ts";

/** Three users; the model ranks 3, 2, 1, 0 for everybody. */
const training = interactionsFrom(
  [
    { user: 0, movie: 3, preference: 1, time: 0 },
    { user: 1, movie: 0, preference: 1, time: 0 },
  ],
  { users: 3, movies: 4 },
);
const nobody = {
  movieOf: new Int32Array(0),
  preferences: new Float32Array(0),
  times: new Float64Array(0),
};
const caseOf = (user: number, targets: number[], barred: number[]) => ({
  user,
  known: nobody,
  targets: Int32Array.from(targets),
  barred: Int32Array.from(barred),
});
const split: Split = {
  protocol: "weak",
  training,
  cases: [caseOf(0, [2], [3]), caseOf(1, [1, 2], [0]), caseOf(2, [0], [])],
};
const scorer: Scorer = {
  movies: 4,
  score: (_, into) => into.set([0, 1, 2, 3]),
  scoreSome: (_, candidates, into) => into.set(candidates),
  contributions: () => new Float32Array(0),
};

describe("evaluate", () => {
  it("measures each user, and all together with a standard error", () => {
    const metrics = ["recall@2", "mrr@2"];
    const result = evaluate(scorer, split, { metrics, listLength: 2 });
    expect(result.lists.map((list) => [...list])).toEqual([
      [2, 1],
      [3, 2],
      [3, 2],
    ]);
    expect([...result.users]).toEqual([0, 1, 2]);
    expect([...(result.perUser["recall@2"] ?? [])]).toEqual([1, 0.5, 0]);
    expect([...(result.perUser["mrr@2"] ?? [])]).toEqual([1, 0.5, 0]);
    expect(result.means["recall@2"]).toEqual({
      n: 3,
      mean: 0.5,
      se: expect.closeTo(0.5 / Math.sqrt(3), 12) as number,
    });
    expect(result.coverage).toBe(0.75);
    // Shown 0, 1, 3, 2 times: Σ (2i − 5) x = 0 − 1 + 2 + 9 = 10, over 4 · 6.
    expect(result.gini).toBeCloseTo(10 / 24, 12);
    expect(result.perUser["diversity"]).toBeUndefined();
  });

  it("measures variety where it is told a distance", () => {
    const result = evaluate(scorer, split, { listLength: 2, distance: () => 0.25 });
    expect(result.means["diversity"]).toEqual({ n: 3, mean: 0.25, se: 0 });
  });

  it("refuses a split that asks nobody, and lists of other users", () => {
    expect(() => evaluate(scorer, { ...split, cases: [] })).toThrow(/weak split has nobody to ask/);
    expect(() => measureLists([Int32Array.of(1)], split)).toThrow(/1 lists for the 3 users/);
  });
});

describe("estimateOf", () => {
  it("gives the standard error of the mean", () => {
    expect(estimateOf([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({
      n: 8,
      mean: 5,
      se: Math.sqrt(32 / 7 / 8),
    });
    expect(estimateOf([3])).toEqual({ n: 1, mean: 3, se: null });
    expect(() => estimateOf([])).toThrow(/mean of nothing/);
  });
});
