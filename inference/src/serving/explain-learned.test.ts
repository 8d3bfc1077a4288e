import { describe, expect, it } from "vitest";
import type { ModelName, Scorer } from "../models/model.ts";
import { type ExplainedList, explainLearned } from "./explain-learned.ts";

/** Each watched movie adds its preference times the index of the movie that is explained. */
const scorer: Scorer = {
  movies: 4,
  score: () => undefined,
  scoreSome: () => undefined,
  contributions: (user, movie) => user.preferences.map((preference) => preference * movie),
};

const user = {
  movieOf: Int32Array.of(0, 1, 3),
  preferences: Float32Array.of(0.3, 0.1, -0.1),
  times: Float64Array.of(1, 2, 3),
};

/** Movies 0 … 3 are known; 4 is near to 2 and 3, 5 to none. */
const newcomers = {
  known: 4,
  kin: [Int32Array.of(2, 3), new Int32Array(0)],
  weights: [Float32Array.of(0.5, 0.5), new Float32Array(0)],
};

const explained: ExplainedList = {
  model: { newcomers },
  learned: {
    scorers: new Map<ModelName, Scorer>([["ease", scorer]]),
    blend: {
      terms: [{ signal: "ease", shape: "share", weight: 1 }],
      candidatesPerModel: 10,
      variety: { weight: 0, depth: 1 },
      exploration: { slots: [], chance: 0, pool: 1, temperature: 1 },
    },
    known: 4,
  },
  user,
  list: { candidates: Int32Array.of(1, 2, 4, 5), signals: { ease: Float32Array.of(0, 1, 2, 3) } },
};

describe("explainLearned", () => {
  it.each([
    ["known to the models", 2],
    ["that came after them, by its neighbours", 4],
  ])("traces a movie %s to the watched ones that speak for it", (_, movie) => {
    const [one] = explainLearned(explained, [{ movie, score: 1, similarity: 1 }]);
    expect(one?.models).toEqual({ ease: 1 });
    expect(one?.reasons?.map(({ index }) => index)).toEqual([0, 1]);
    const [first, second] = one?.reasons ?? [];
    expect(first?.share).toBeCloseTo(0.75, 6);
    expect(second?.share).toBeCloseTo(0.25, 6);
  });

  it("traces one without neighbours to nothing", () => {
    const [one] = explainLearned(explained, [{ movie: 5, score: 1, similarity: 1 }]);
    expect(one?.reasons).toEqual([]);
  });
});
