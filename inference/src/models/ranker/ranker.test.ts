import { describe, expect, it } from "vitest";
import { MODEL_NAMES, type ModelName, type Scorer } from "../model.ts";
import { neighbourArtifact } from "../sparse/neighbour-scorer.ts";
import { BINARY_WEIGHING } from "../sparse/weighing.ts";
import { CANDIDATE_MODELS, SPARSE_MODELS } from "./model-order.ts";
import { noNewcomers } from "./newcomers.ts";
import { prepareLearned } from "./prepare-learned.ts";
import { createRanker } from "./ranker.ts";

const nobody = {
  movieOf: new Int32Array(0),
  preferences: new Float32Array(0),
  times: new Float64Array(0),
};

/** A model that says the same of everybody. */
function constant(...scores: number[]): Scorer {
  return {
    movies: scores.length,
    score: (_, into) => into.set(scores),
    scoreSome: (_, candidates, into) => {
      candidates.forEach((movie, place) => (into[place] = scores[movie] as number));
    },
    contributions: () => new Float32Array(0),
  };
}

const models = (...pairs: [ModelName, Scorer][]) => new Map(pairs);

describe("the order of models", () => {
  it("has a place for every model, and one alone", () => {
    expect([...SPARSE_MODELS, ...CANDIDATE_MODELS].sort()).toEqual([...MODEL_NAMES].sort());
  });
});

describe("createRanker", () => {
  const question = {
    user: nobody,
    barred: Uint8Array.of(0, 1, 0, 0, 0),
    always: [4],
    newcomers: noNewcomers(5),
    mayAsk: () => true,
  };

  it("asks all models about the best of the sparse ones that are not barred", () => {
    const ranker = createRanker(
      models(["ease", constant(1, 9, 3, 2, 0)], ["ials", constant(0.5, 0.4, 0.3, 0.2, 0.1)]),
      2,
    );
    const { candidates, scores, skipped } = ranker.ask(question);
    expect([...candidates]).toEqual([2, 3, 4]);
    expect(scores.ease).toEqual(Float32Array.of(3, 2, 0));
    expect(scores.ials).toEqual(Float32Array.of(0.3, 0.2, 0.1));
    expect(skipped).toEqual([]);
  });

  it("names popular movies from their order, and leaves out models that may not be asked", () => {
    const ranker = createRanker(
      models(["popularity", constant(5, 4, 3, 2, 1)], ["ease", constant(0, 0, 0, 9, 0)]),
      2,
    );
    const mayAsk = (name: ModelName) => name === "popularity";
    const { candidates, scores, skipped } = ranker.ask({ ...question, always: [], mayAsk });
    expect([...candidates]).toEqual([0, 2]);
    expect(Object.keys(scores)).toEqual(["popularity"]);
    expect(skipped).toEqual(["ease"]);
  });

  it("takes a score that is not finite for the least that is, and 0 where none is", () => {
    const ranker = createRanker(
      models(
        ["ease", constant(5, 0, Infinity, 1, 2)],
        ["ials", constant(0.5, 0, NaN, 3, -Infinity)],
      ),
      9,
    );
    const { candidates, scores } = ranker.ask(question);
    expect([...candidates]).toEqual([0, 2, 3, 4]);
    expect(scores.ease).toEqual(Float32Array.of(5, 1, 1, 2));
    expect(scores.ials).toEqual(Float32Array.of(0.5, 0.5, 3, 0.5));
    const broken = models(["ials", constant(NaN, NaN, NaN, NaN, Infinity)]);
    expect(createRanker(broken, 9).ask(question).scores.ials).toEqual(Float32Array.of(0));
  });

  it("scores a newcomer as its neighbours are, each by its similarity", () => {
    const ranker = createRanker(
      models(["ease", constant(8, 0, 4)], ["ials", constant(1, 0, 5)]),
      9,
    );
    const newcomers = {
      known: 3,
      kin: [Int32Array.of(0, 2), new Int32Array(0)],
      weights: [Float32Array.of(0.75, 0.25), new Float32Array(0)],
    };
    const asked = { ...question, barred: new Uint8Array(5), always: [3, 4], newcomers };
    const { candidates, scores } = ranker.ask(asked);
    expect([...candidates]).toEqual([0, 2, 3, 4]);
    expect(scores.ease).toEqual(Float32Array.of(8, 4, 7, 0));
    expect(scores.ials).toEqual(Float32Array.of(1, 5, 2, 0));
  });
});

describe("prepareLearned", () => {
  const table = (weight: number, neighbour = 1) => ({
    name: "ease" as const,
    artifact: neighbourArtifact(
      {
        movies: 2,
        width: 1,
        neighbours: Int32Array.of(neighbour, 0),
        weights: Float32Array.of(weight, weight),
      },
      { ...BINARY_WEIGHING },
    ),
  });
  const withoutRule = () => {
    const { name, artifact } = table(1);
    const { movies = NaN, width = NaN } = artifact.numbers;
    return { name, artifact: { ...artifact, numbers: { movies, width } } };
  };
  const blend = {
    terms: [{ signal: "ease", shape: "standard", weight: 1 }],
    candidatesPerModel: 10,
    variety: { weight: 0, depth: 1 },
    exploration: { slots: [], chance: 0, pool: 1, temperature: 1 },
  };

  it("makes models ready that can be served", () => {
    const { scorers } = prepareLearned({ models: [table(0.5)], blend }, 2);
    expect([...scorers.keys()]).toEqual(["ease"]);
  });

  it.each([
    { what: "scores what is no number", models: [table(NaN)], why: "not a finite number" },
    { what: "is of other movies", models: [table(1)], movies: 3, why: "2 movies, not 3" },
    { what: "names a movie that is not there", models: [table(1, 7)], why: "neighbour 7" },
    { what: "has no rule", models: [withoutRule()], why: "leastPreference is not there" },
    { what: "is asked for and not there", models: [], why: "asks for ease" },
    { what: "is blended by what is none", models: [table(1)], by: {}, why: "not a blend" },
  ])("refuses a model that $what", ({ models, by = blend, movies = 2, why }) => {
    expect(() => prepareLearned({ models, blend: by }, movies)).toThrow(
      expect.objectContaining({
        code: "data_loss",
        message: expect.stringContaining(why) as string,
      }),
    );
  });
});
