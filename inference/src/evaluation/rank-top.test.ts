import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interactionsFrom } from "../models/interactions.ts";
import type { Scorer } from "../models/model.ts";
import { rankCases, rankTop } from "./rank-top.ts";
import type { Split } from "./split.ts";

const ranksOf = (n: number) => Int32Array.from({ length: n }, (_, movie) => movie);

function scorerOf(numbers: readonly number[]): Scorer {
  return {
    movies: numbers.length,
    score: (_, into) => into.set(numbers),
    scoreSome: (_, candidates, into) => into.set(candidates.map((one) => numbers[one] ?? 0)),
    contributions: ({ movieOf }) => new Float32Array(movieOf.length),
  };
}

const nobody = {
  movieOf: new Int32Array(0),
  preferences: new Float32Array(0),
  times: new Float64Array(0),
};

function splitOf(movies: number, barred: number[], candidates?: number[]): Split {
  const one = {
    user: 0,
    known: nobody,
    targets: Int32Array.of(0),
    barred: Int32Array.from(barred),
    ...(candidates === undefined ? {} : { candidates: Int32Array.from(candidates) }),
  };
  return { protocol: "weak", training: interactionsFrom([], { users: 1, movies }), cases: [one] };
}

describe("rankTop", () => {
  it("is a whole sort by score, then index, cut at k", () => {
    const scores = fc.array(fc.constantFrom(-2, -0, 0, 0.5, 1, 3, -Infinity), { maxLength: 60 });
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 70 }), (values, k) => {
        const sorted = [...values.keys()]
          .filter((movie) => values[movie] !== -Infinity)
          .sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b)
          .slice(0, k);
        const listed = rankTop(Float32Array.from(values), ranksOf(values.length), k);
        expect([...listed]).toEqual(sorted);
      }),
    );
  });
});

describe("rankCases", () => {
  it("keeps barred movies out", () => {
    const lists = rankCases(scorerOf([1, 5, 5, 2]), splitOf(4, [1]), 3);
    expect(lists.map((list) => [...list])).toEqual([[2, 3, 0]]);
  });

  it("ranks candidates alone where there are some", () => {
    const lists = rankCases(scorerOf([1, 5, 5, 2, 9]), splitOf(5, [4], [0, 2, 3]), 2);
    expect(lists.map((list) => [...list])).toEqual([[2, 3]]);
  });

  it.each([Number.NaN, Infinity, -Infinity])("refuses a score of %d", (score) => {
    expect(() => rankCases(scorerOf([1, score]), splitOf(2, []), 1)).toThrow(/for user 0/);
  });

  it("refuses a model of other movies", () => {
    expect(() => rankCases(scorerOf([1]), splitOf(2, []), 1)).toThrow(
      /knows 1 movies, the split 2/,
    );
  });
});
