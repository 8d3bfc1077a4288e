import { describe, expect, it } from "vitest";
import { fixtureTools } from "../models/interactions.fixture.ts";
import { type Interactions, interactionsFrom } from "../models/interactions.ts";
import type { Artifact, Model } from "../models/model.ts";
import { bestOf, crossValidateRatings, gridOf } from "./cross-validate-ratings.ts";

/** Ten users who rate one movie each: stars 1 to 5, twice. */
const ratings = interactionsFrom(
  Array.from({ length: 10 }, (_, user) => {
    return { user, movie: user % 2, preference: ((user % 5) + 1) / 2.5 - 1, time: 0 };
  }),
  { users: 10, movies: 2 },
);
const options = { folds: 5, seed: 1, best: 5, least: 0.5, tools: fixtureTools(2) };

/** Predicts always the same, and keeps what it was fitted to. */
function constantModel(seen: Interactions[] = []): Model<{ readonly stars: number }> {
  return {
    name: "svd",
    defaults: { stars: 3 },
    async fit(interactions, { stars }): Promise<Artifact> {
      seen.push(interactions);
      return { numbers: { stars }, arrays: {} };
    },
    prepare: ({ numbers }) => ({
      movies: 2,
      score: (_, into) => void into.fill((numbers["stars"] ?? NaN) / 5),
      scoreSome: (_, __, into) => void into.fill((numbers["stars"] ?? NaN) / 5),
      contributions: ({ movieOf }) => new Float32Array(movieOf.length),
    }),
  };
}

describe("crossValidateRatings", () => {
  it("measures every rating once, by a model that did not see it", async () => {
    const seen: Interactions[] = [];
    const configs = [{ stars: 3 }];
    const [one] = await crossValidateRatings(constantModel(seen), ratings, configs, options);
    expect(seen.map(({ movieOf }) => movieOf.length)).toEqual([8, 8, 8, 8, 8]);
    expect(one?.folds.map(({ n }) => n)).toEqual([2, 2, 2, 2, 2]);
    // Errors are 2, 1, 0, 1 and 2 stars, each twice: as folds are of one size, their squares' mean is 2.
    const squares = one?.folds.map(({ rmse }) => rmse ** 2) ?? [];
    expect(squares.reduce((sum, square) => sum + square, 0) / 5).toBeCloseTo(2, 5);
    expect(one?.mae).toBeCloseTo(1.2, 5);
  });

  it("cuts predictions to ratings that can be given", async () => {
    const configs = [{ stars: 5 }, { stars: 50 }, { stars: 0.5 }, { stars: -7 }];
    const errors = await crossValidateRatings(constantModel(), ratings, configs, options);
    expect(errors[1]?.rmse).toBeCloseTo(errors[0]?.rmse ?? NaN, 6);
    expect(errors[3]?.rmse).toBeCloseTo(errors[2]?.rmse ?? NaN, 6);
  });

  it("says so where there are fewer ratings than folds", async () => {
    const more = { ...options, folds: 11 };
    await expect(crossValidateRatings(constantModel(), ratings, [], more)).rejects.toThrow(
      "10 ratings are too few for 11 folds",
    );
  });

  it("tells the best of a grid", async () => {
    const configs = gridOf({ stars: 0 }, { stars: [1, 3, 4] });
    const validated = await crossValidateRatings(constantModel(), ratings, configs, options);
    expect(validated.map(({ config }) => config.stars)).toEqual([1, 3, 4]);
    expect(bestOf(validated).config.stars).toBe(3);
  });
});

describe("gridOf", () => {
  it("combines all values, the last parameter fastest", () => {
    expect(gridOf({ a: 0, b: 0, c: 9 }, { a: [1, 2], b: [3, 4] })).toEqual([
      { a: 1, b: 3, c: 9 },
      { a: 1, b: 4, c: 9 },
      { a: 2, b: 3, c: 9 },
      { a: 2, b: 4, c: 9 },
    ]);
  });
});
