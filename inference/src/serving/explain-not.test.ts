import { describe, expect, it } from "vitest";
import { bundleFixture } from "../bundle/codec/bundle-fixture.ts";
import type { LearnedPart } from "../bundle/codec/contents.ts";
import { DEFAULT_PREFERENCE } from "../models/preference.ts";
import { withRow } from "../retrieval/packed-history.ts";
import { BLEND_SHAPE } from "../training/learn-weights.ts";
import { explainNot } from "./explain-not.ts";
import { createRecommender } from "./recommender.ts";
import { ServingModel } from "./serving-model.ts";

/** Movies 0 … 7: of popularity 8 … 1, each like itself alone, but 1 the same as 0, and 2 half as 0. */
const MOVIES = 8;
const vectors = new Float32Array(MOVIES * MOVIES);
for (let movie = 0; movie < MOVIES; movie += 1) {
  if (movie !== 1 && movie !== 2) vectors[movie * MOVIES + movie] = 1;
}
vectors[1 * MOVIES] = 1;
vectors.set([0.5, 0, Math.sqrt(0.75)], 2 * MOVIES);

const contents = bundleFixture(
  Array.from({ length: MOVIES }, (_, movie) => ({
    movieId: `movie+${movie}`,
    runtimeMinutes: 100,
    watchers: 1,
  })),
);

function modelOf(variety: number): ServingModel {
  const scores = Float32Array.from({ length: MOVIES }, (_, movie) => MOVIES - movie);
  const learned: LearnedPart = {
    from: { sha256: "0".repeat(64), users: 1, interactions: 1, until: null, since: null },
    seed: 1,
    preference: DEFAULT_PREFERENCE,
    models: [{ name: "popularity", config: {}, artifact: { numbers: {}, arrays: { scores } } }],
    blend: {
      ...BLEND_SHAPE,
      variety: { weight: variety, depth: 100 },
      terms: [{ signal: "popularity", shape: "standard", weight: 1 }],
    },
    likeness: { vectors, dimensions: MOVIES },
  };
  return new ServingModel("0".repeat(64), { ...contents, learned });
}

/** Of a user who liked the last movie; the list has 3 of the other 7. */
const why = (model: ServingModel, movie: number) =>
  explainNot(model, createRecommender(), {
    history: withRow(new Float64Array(0), [MOVIES, 99, 0, 0, 1, NaN]),
    ...{ hidden: [], person: null, movie, n: 3 },
  });

describe("explainNot of a list by models", () => {
  it("names the listed movie that keeps a well ranked one out for variety", () => {
    const { crowdedOut, ...found } = why(modelOf(2), 1);
    expect(found).toMatchObject({ place: null, isBarred: false, rank: 2 });
    expect(crowdedOut).toEqual({ place: 1, movie: 0, likeness: 1, cost: 2 });
  });

  it("says nothing of variety where it changes nothing", () => {
    expect(why(modelOf(0), 1)).toMatchObject({ place: 2, crowdedOut: null });
    expect(why(modelOf(2), 0)).toMatchObject({ place: 1, crowdedOut: null });
    expect(why(modelOf(2), 6)).toMatchObject({ place: null, rank: 7, crowdedOut: null });
    expect(why(modelOf(2), 7)).toMatchObject({ isBarred: true, crowdedOut: null });
  });
});
