import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accumulate, clearCandidates, createCandidates } from "./accumulate.ts";
import { explain } from "./explain.ts";
import { type NeighbourIndex, additionsFrom, neighboursOf } from "./neighbour-index.ts";
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
  return { width: WIDTH, neighbours, similarities, additions: new Map() };
}

function signalsOf(...pairs: (readonly [number, number])[]): Signals {
  return {
    count: pairs.length,
    indices: Int32Array.from(pairs, ([index]) => index),
    weights: Float64Array.from(pairs, ([, weight]) => weight),
  };
}

function sumsOf(signals: Signals, index: NeighbourIndex, movies: number): Map<number, number> {
  const candidates = createCandidates(movies);
  accumulate(signals, index, candidates);
  const touched = [...candidates.touched.subarray(0, candidates.count)];
  const sums = new Map(touched.map((movie) => [movie, candidates.sums[movie] ?? NaN]));
  clearCandidates(candidates);
  expect(candidates.sums.every((sum) => sum === 0)).toBe(true);
  return sums;
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
    const sums = sumsOf(signalsOf([0, 1], [1, 0.5]), index, 4);
    expect(sums).toEqual(
      new Map([
        [2, 0.75],
        [3, 0.25],
      ]),
    );
  });

  it("proposes nothing without signals", () => {
    expect(sumsOf(signalsOf(), index, 4)).toEqual(new Map());
  });

  it("looks at the neighbours of movies that came after the matrix", () => {
    const lists = new Map([
      [4, { indices: Int32Array.of(0, 5), similarities: Float32Array.of(0.5, 0.25) }],
      [5, { indices: Int32Array.of(4), similarities: Float32Array.of(0.25) }],
    ]);
    const grown = { ...index, additions: additionsFrom(lists) };
    expect(sumsOf(signalsOf([4, 1]), grown, 6)).toEqual(
      new Map([
        [0, 0.5],
        [5, 0.25],
      ]),
    );
    expect(sumsOf(signalsOf([0, 1]), grown, 6).get(4)).toBe(0.5);
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
          const expected = new Map<number, number>();
          for (const [movie, weight] of signals) {
            for (const [neighbour, similarity] of rows[movie] ?? []) {
              if (similarity <= 0) continue;
              expected.set(neighbour, (expected.get(neighbour) ?? 0) + weight * similarity);
            }
          }
          expect(sumsOf(signalsOf(...signals), indexOf(rows), 10)).toEqual(expected);
        },
      ),
    );
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
    expect(reasons.get(2)?.[0]?.share).toBeCloseTo(2 / 3, 6);
    expect(reasons.get(3)).toEqual([{ index: 0, share: 1 }]);
    expect(reasons.get(1)).toEqual([]);
  });

  it("names at most as many as asked for", () => {
    expect(explain(signalsOf([0, 1], [1, 1]), index, [2], 1).get(2)).toHaveLength(1);
  });
});
