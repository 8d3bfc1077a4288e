import { describe, expect, it } from "vitest";
import { bundleFixture } from "../bundle/codec/bundle-fixture.ts";
import type { BundleContents, LearnedPart } from "../bundle/codec/contents.ts";
import { DEFAULT_PREFERENCE } from "../models/preference.ts";
import { surveyOf } from "./survey-of.ts";

/** Two tastes; 0 and 1 of the first, the best known, 2 and 3 of the second, 4 without a title. */
const bundle = bundleFixture(
  [50, 40, 30, 10, 60].map((watchers, movie) => ({
    movieId: `movie+${movie}`,
    watchers,
    title: movie === 4 ? null : `Movie ${movie}`,
  })),
);
const AXES = Float32Array.from([1, 0, 1, 0, 0, 1, 0, 1, 1, 1]);

function learnedWith(part: Partial<LearnedPart>): BundleContents {
  const learned: LearnedPart = {
    from: { sha256: "0".repeat(64), users: 1, interactions: 1, until: null, since: null },
    seed: 1,
    preference: DEFAULT_PREFERENCE,
    models: [],
    blend: {},
    likeness: { vectors: new Float32Array(0), dimensions: 0 },
    ...part,
  };
  return { ...bundle, learned };
}

describe("surveyOf", () => {
  it("asks about the best known movie of each taste first, by factors", () => {
    const artifact = { numbers: { factors: 2 }, arrays: { movies: AXES } };
    const contents = learnedWith({ models: [{ name: "ials", config: {}, artifact }] });
    expect(surveyOf(contents, 2)).toEqual([0, 2]);
    expect(surveyOf(contents, 9)).toHaveLength(4); // the one without a title is not asked about
  });

  it("goes by texts where there are no factors", () => {
    const contents = learnedWith({ likeness: { vectors: AXES, dimensions: 2 } });
    expect(surveyOf(contents, 2)).toEqual([0, 2]);
  });

  it("asks about nothing where nothing was learned", () => {
    expect(surveyOf(bundle, 6)).toEqual([]);
    expect(surveyOf(learnedWith({}), 6)).toEqual([]);
  });
});
