import { describe, expect, it } from "vitest";
import { fixtureTools, tasteInteractions } from "../interactions.fixture.ts";
import { rowOf } from "../interactions.ts";
import type { ModelName, Scorer } from "../model.ts";
import { popularity } from "../popularity.ts";
import { createRanker } from "../ranker/ranker.ts";
import { askForCase } from "./ask-for-case.ts";
import type { Blend } from "./blend.ts";
import { exampleFrom } from "./blend-example.ts";
import { learnBlend } from "./learn-blend.ts";
import { listForCase } from "./list-for-case.ts";

const MOVIES = 24;
const SPACE = { vectors: new Float32Array(MOVIES), dimensions: 1 };
const interactions = tasteInteractions(40, MOVIES);

async function askFirstUser(rating: Float32Array) {
  const artifact = await popularity.fit(interactions, popularity.defaults, fixtureTools(MOVIES));
  const scorers = new Map<ModelName, Scorer>([["popularity", popularity.prepare(artifact)]]);
  const known = rowOf(interactions, 0);
  return askForCase(
    createRanker(scorers, MOVIES),
    MOVIES,
    { rating },
    { known, barred: known.movieOf },
  );
}

const BLEND: Blend = {
  terms: [{ signal: "rating", shape: "share", weight: 1 }],
  candidatesPerModel: MOVIES,
  variety: { weight: 0, depth: 10 },
  exploration: { slots: [], chance: 0, pool: 1, temperature: 1 },
};

describe("askForCase", () => {
  it("gives each signal's scores of the same candidates, none of them barred", async () => {
    const rating = Float32Array.from({ length: MOVIES }, (_, movie) => movie);
    const { candidates, scores } = await askFirstUser(rating);
    expect(scores.rating).toEqual(Float32Array.from(candidates));
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

  it("is what a blend learns from: the signal that tells gets the weight", async () => {
    const rating = Float32Array.from({ length: MOVIES }, (_, movie) => movie % 2);
    const answers = await askFirstUser(rating);
    const odd = answers.candidates.filter((movie) => movie % 2 === 1);
    const { terms } = learnBlend([exampleFrom(answers, odd)], {
      terms: [
        { signal: "popularity", shape: "standard" },
        { signal: "rating", shape: "standard" },
      ],
      ridge: 0.01,
    });
    const [popular = NaN, rated = NaN] = terms.map(({ weight }) => weight);
    expect(rated).toBeGreaterThan(1);
    expect(popular).toBeLessThan(rated / 5);
  });
});

describe("listForCase", () => {
  it("shows the list first, then all others by score, none twice", () => {
    const candidates = Int32Array.from({ length: 23 }, (_, movie) => movie);
    const answers = { candidates, scores: { rating: Float32Array.from(candidates) } };
    const parts = { space: SPACE, draw: () => 0 };
    const exploration = { slots: [19], chance: 1, pool: 2, temperature: 1e-3 };
    const list = Array.from(listForCase({ ...BLEND, exploration }, answers, parts, 30));
    expect(list.slice(0, 19)).toEqual(Array.from({ length: 19 }, (_, place) => 22 - place));
    expect(list.slice(19)).toEqual([2, 3, 1, 0]);
    expect(listForCase(BLEND, answers, parts, 2)).toEqual(Int32Array.of(22, 21));
  });
});
