import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accumulate, bar, clearCandidates, createCandidates } from "./accumulate.ts";
import { explain } from "./explain.ts";
import {
  type NeighbourIndex,
  neighboursOf,
  packNeighbours,
  withAdditions,
} from "./neighbour-index.ts";
import type { Signals } from "./signals.ts";

const WIDTH = 3;

/** Each row: [neighbour, similarity] pairs, best first. */
function indexOf(rows: readonly (readonly (readonly [number, number])[])[]): NeighbourIndex {
  const neighbours = new Int32Array(rows.length * WIDTH).fill(-1);
  const similarities = new Float32Array(rows.length * WIDTH);
  rows.forEach((row, movie) => {
    row.forEach(([neighbour, similarity], place) => {
      neighbours[movie * WIDTH + place] = neighbour;
      similarities[movie * WIDTH + place] = similarity;
    });
  });
  return packNeighbours(neighbours, similarities, WIDTH, 100);
}

function signalsOf(...pairs: (readonly [number, number])[]): Signals {
  return {
    count: pairs.length,
    indices: Int32Array.from(pairs, ([index]) => index),
    weights: Float64Array.from(pairs, ([, weight]) => weight),
  };
}

/** By dense index; the similarities of an index are exact to 2^−16. */
function sumsOf(signals: Signals, index: NeighbourIndex, movies: number, barred: number[] = []) {
  const candidates = createCandidates(movies);
  for (const movie of barred) bar(candidates, movie);
  accumulate(signals, index, candidates);
  const sums = [...candidates.sums];
  expect(candidates.most).toBe(Math.max(0, ...sums));
  clearCandidates(candidates);
  expect(candidates).toEqual(createCandidates(movies));
  return sums.map((sum) => Math.round(sum * 1_000) / 1_000);
}

describe("accumulate", () => {
  const index = indexOf([
    [
      [2, 0.5],
      [3, 0.25],
    ],
    [[2, 0.5]],
    [],
    [],
  ]);

  it("adds weight × similarity over the signals", () => {
    expect(sumsOf(signalsOf([0, 1], [1, 0.5]), index, 4)).toEqual([0, 0, 0.75, 0.25]);
  });

  it("proposes nothing without signals, and nothing barred", () => {
    expect(sumsOf(signalsOf(), index, 4)).toEqual([0, 0, 0, 0]);
    expect(sumsOf(signalsOf([0, 1]), index, 4, [2])).toEqual([0, 0, -Infinity, 0.25]);
  });

  it("looks at the neighbours of movies that came after the matrix", () => {
    const grown = withAdditions(
      index,
      new Map([
        [4, { indices: [0, 5], similarities: [0.4, 0.25] }],
        [5, { indices: [4], similarities: [0.25] }],
      ]),
    );
    expect(sumsOf(signalsOf([4, 1]), grown, 6)).toEqual([0.4, 0, 0, 0, 0, 0.25]);
    expect(sumsOf(signalsOf([0, 1]), grown, 6)).toEqual([0, 0, 0.5, 0.25, 0.4, 0]);
    expect(neighboursOf(grown, 0).map((n) => n.index)).toEqual([2, 4, 3]);
  });

  it("equals the plain sum for any matrix and signals", () => {
    const row = fc.uniqueArray(fc.tuple(fc.nat(9), fc.constantFrom(0.125, 0.25, 0.5, -0.5, 0)), {
      maxLength: WIDTH,
      selector: ([neighbour]) => neighbour,
    });
    const signal = fc.tuple(fc.nat(9), fc.constantFrom(0.25, 0.5, 1));
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 10, maxLength: 10 }),
        fc.uniqueArray(signal, { selector: ([movie]) => movie }),
        (unsorted, signals) => {
          const rows = unsorted.map((pairs) => pairs.toSorted((a, b) => b[1] - a[1]));
          const expected = new Array<number>(10).fill(0);
          for (const [movie, weight] of signals) {
            for (const [neighbour, similarity] of rows[movie] ?? []) {
              expected[neighbour] = (expected[neighbour] ?? 0) + weight * Math.max(0, similarity);
            }
          }
          const sums = sumsOf(signalsOf(...signals), indexOf(rows), 10);
          sums.forEach((sum, movie) => {
            expect(sum).toBeCloseTo(expected[movie] ?? NaN, 2);
          });
        },
      ),
    );
  });
});

describe("packNeighbours", () => {
  it("keeps every index and similarity to 12 bits at a million movies", () => {
    const index = packNeighbours(
      Int32Array.of(1_000_000, 7, -1),
      Float32Array.of(1, 0.0001, 0),
      3,
      1_000_000,
    );
    expect(neighboursOf(index, 0).map((n) => n.index)).toEqual([1_000_000, 7]);
    expect(neighboursOf(index, 0)[0]?.similarity).toBe(1);
  });

  it("refuses more movies than it can name", () => {
    const none = () => packNeighbours(new Int32Array(0), new Float32Array(0), 3, 2 ** 21);
    expect(none).toThrow("more than an index can name");
  });
});

describe("explain", () => {
  const index = indexOf([
    [
      [2, 0.5],
      [3, 0.25],
    ],
    [[2, 0.25]],
    [],
    [],
  ]);

  it("names the watched movies behind each, most important first", () => {
    const reasons = explain(signalsOf([0, 1], [1, 1]), index, [2, 3, 1], 3);
    expect(reasons.get(2)?.map((reason) => reason.index)).toEqual([0, 1]);
    expect(reasons.get(2)?.[0]?.share).toBeCloseTo(2 / 3, 4);
    expect(reasons.get(3)).toEqual([{ index: 0, share: 1 }]);
    expect(reasons.get(1)).toEqual([]);
  });

  it("names at most as many as asked for", () => {
    expect(explain(signalsOf([0, 1], [1, 1]), index, [2], 1).get(2)).toHaveLength(1);
  });
});
