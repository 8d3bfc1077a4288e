import { describe, expect, it } from "vitest";
import { createConstantScorer } from "../constant-scorer.ts";
import { fixtureTools, tasteInteractions } from "../interactions.fixture.ts";
import { rowOf } from "../interactions.ts";
import type { ModelName, Scorer } from "../model.ts";
import { popularity } from "../popularity.ts";
import { createRanker } from "../ranker/ranker.ts";
import { askForCase } from "./ask-for-case.ts";
import type { Blend } from "./blend.ts";
import { exampleFrom, exampleOfOffer } from "./blend-example.ts";
import { learnBlend } from "./learn-blend.ts";
import { listForCase } from "./list-for-case.ts";

const MOVIES = 24;
const SPACE = { vectors: new Float32Array(MOVIES), dimensions: 1 };
const interactions = tasteInteractions(40, MOVIES);

/** Of popularity, and of a model that says the same of everybody. */
async function askFirstUser(newness: Float32Array) {
  const artifact = await popularity.fit(interactions, popularity.defaults, fixtureTools(MOVIES));
  const scorers = new Map<ModelName, Scorer>([
    ["popularity", popularity.prepare(artifact)],
    ["newness", createConstantScorer(newness)],
  ]);
  const known = rowOf(interactions, 0);
  return askForCase(createRanker(scorers, MOVIES), MOVIES, { known, barred: known.movieOf });
}

const BLEND: Blend = {
  terms: [{ signal: "newness", shape: "share", weight: 1 }],
  candidatesPerModel: MOVIES,
  variety: { weight: 0, depth: 10 },
  exploration: { slots: [], chance: 0, pool: 1, temperature: 1 },
};

describe("askForCase", () => {
  it("gives each model's scores of the same candidates, none of them barred", async () => {
    const newness = Float32Array.from({ length: MOVIES }, (_, movie) => movie);
    const { candidates, scores } = await askFirstUser(newness);
    expect(scores.newness).toEqual(Float32Array.from(candidates));
    expect(scores.popularity).toHaveLength(candidates.length);
    const barred = new Set(rowOf(interactions, 0).movieOf);
    expect(candidates.some((movie) => barred.has(movie))).toBe(false);
    expect(candidates.length).toBe(MOVIES - barred.size);
  });
});

describe("exampleFrom", () => {
  it("knows targets by their places, and loses those that are no candidates", () => {
    const answers = { candidates: Int32Array.of(3, 5, 8), scores: {} };
    expect(exampleFrom(answers, Int32Array.of(4, 5, 8)).targets).toEqual(Int32Array.of(1, 2));
  });

  it("is what a blend learns from: the model that tells gets the weight", async () => {
    const newness = Float32Array.from({ length: MOVIES }, (_, movie) => movie % 2);
    const answers = await askFirstUser(newness);
    const odd = answers.candidates.filter((movie) => movie % 2 === 1);
    const { terms } = learnBlend([exampleFrom(answers, odd)], {
      terms: [
        { signal: "popularity", shape: "standard" },
        { signal: "newness", shape: "standard" },
      ],
      ridge: 0.01,
    });
    const [popular = NaN, telling = NaN] = terms.map(({ weight }) => weight);
    expect(telling).toBeGreaterThan(1);
    expect(popular).toBeLessThan(telling / 5);
  });
});

describe("listForCase", () => {
  it("shows the list first, then all others by score, none twice", () => {
    const candidates = Int32Array.from({ length: 23 }, (_, movie) => movie);
    const answers = { candidates, scores: { newness: Float32Array.from(candidates) } };
    const parts = { space: SPACE, draw: () => 0 };
    const exploration = { slots: [19], chance: 1, pool: 2, temperature: 1e-3 };
    const list = Array.from(listForCase({ ...BLEND, exploration }, answers, parts, 30));
    expect(list.slice(0, 19)).toEqual(Array.from({ length: 19 }, (_, place) => 22 - place));
    expect(list.slice(19)).toEqual([2, 3, 1, 0]);
    expect(listForCase(BLEND, answers, parts, 2)).toEqual(Int32Array.of(22, 21));
  });
});

describe("exampleOfOffer", () => {
  const answers = { candidates: Int32Array.of(3, 5, 8), scores: {} };
  const shown = { movies: Int32Array.of(8, 7, 3), places: Int32Array.of(0, 1, 4) };

  it("compares what was shown, each at its place, and leaves out what is no candidate", () => {
    expect(exampleOfOffer(answers, shown, Int32Array.of(3))).toEqual({
      scores: {},
      targets: Int32Array.of(0),
      offer: { candidates: Int32Array.of(0, 2), places: Int32Array.of(4, 0) },
    });
  });

  it("has no target where what was taken was not shown", () => {
    expect(exampleOfOffer(answers, shown, Int32Array.of(5)).targets).toHaveLength(0);
  });
});
