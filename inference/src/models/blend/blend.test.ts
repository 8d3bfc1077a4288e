import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Blend, parseBlend, signalsOf } from "./blend.ts";
import { blendScores, signalShares } from "./blend-scores.ts";
import { nameCandidates } from "./name-candidates.ts";
import { shapeScores } from "./shape-scores.ts";

const PLAIN: Blend = {
  terms: [
    { signal: "ease", shape: "share", weight: 2 },
    { signal: "popularity", shape: "share", weight: 1 },
  ],
  candidatesPerModel: 300,
  variety: { weight: 0, depth: 100 },
  exploration: { slots: [], chance: 0, pool: 1, temperature: 1 },
};

const shaped = (shape: "share" | "standard" | "rank", scores: readonly number[]) => {
  const into = new Float32Array(scores.length);
  shapeScores(shape, Float32Array.from(scores), into);
  return Array.from(into);
};

describe("parseBlend", () => {
  it("reads back what JSON made of a blend", () => {
    expect(parseBlend(JSON.parse(JSON.stringify(PLAIN)))).toEqual(PLAIN);
  });

  it.each([
    ["a weight below 0", { terms: [{ signal: "ease", shape: "share", weight: -1 }] }],
    ["a weight beyond numbers", { terms: [{ signal: "ease", shape: "share", weight: 1e308 }] }],
    ["a variety beyond numbers", { variety: { weight: 1e308, depth: 100 } }],
    ["an unknown signal", { terms: [{ signal: "oracle", shape: "share", weight: 1 }] }],
    ["no terms", { terms: [] }],
    ["a slot twice", { exploration: { slots: [3, 3], chance: 0.1, pool: 5, temperature: 1 } }],
    ["a chance above 1", { exploration: { slots: [3], chance: 2, pool: 5, temperature: 1 } }],
  ])("refuses %s", (_, change) => {
    expect(() => parseBlend({ ...PLAIN, ...change })).toThrow("not a blend");
  });

  it("names the signals that carry weight", () => {
    const terms = [...PLAIN.terms, { signal: "svd", shape: "rank", weight: 0 } as const];
    expect(signalsOf({ terms })).toEqual(["popularity", "ease"]);
  });
});

describe("shapeScores", () => {
  it.each([
    ["share", [1, 3, 2, 1], [0, 1, 0.5, 0]],
    ["standard", [1, 3, 1, 3], [-1, 1, -1, 1]],
    ["rank", [1, 3, 2, 1], [10 / 12.5, 1, 10 / 11, 10 / 12.5]],
    ["share", [4, 4], [0, 0]],
    ["standard", [4, 4], [0, 0]],
    ["rank", [4, 4], [0, 0]],
    ["share", [NaN, 1, 2, Infinity], [0, 0, 1, 0]],
    ["share", [], []],
  ] as const)("as %s makes of %j %j", (shape, scores, expected) => {
    const got = shaped(shape, scores);
    expect(got).toHaveLength(expected.length);
    got.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 6));
  });

  it("keeps the order, whatever the shape", () => {
    const anyScores = fc.array(
      fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e3, max: 1e3 }),
    );
    fc.assert(
      fc.property(anyScores, fc.constantFrom("share", "standard", "rank"), (scores, shape) => {
        const floats = Float32Array.from(scores);
        const got = shaped(shape, scores);
        return got.every((value, i) =>
          got.every(
            (other, j) => !((floats[i] as number) > (floats[j] as number)) || value >= other,
          ),
        );
      }),
    );
  });
});

describe("blendScores", () => {
  const scores = {
    ease: Float32Array.from([0, 1, 2]),
    popularity: Float32Array.from([10, 0, 5]),
  };

  it("adds up weight times shape", () => {
    const into = new Float32Array(3).fill(99);
    blendScores(PLAIN, scores, into);
    expect(Array.from(into)).toEqual([1, 1, 2.5]);
  });

  it("leaves out a model that gave no scores", () => {
    const into = new Float32Array(3);
    blendScores(PLAIN, { popularity: scores.popularity }, into);
    expect(Array.from(into)).toEqual([1, 0, 0.5]);
  });

  it("has shares that sum to the score", () => {
    expect(signalShares(PLAIN, scores, 2)).toEqual({ ease: 2, popularity: 0.5 });
  });

  it("never lets a better score make a movie worse", () => {
    const anyScore = fc.float({ noNaN: true, min: -10, max: 10 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyScore, anyScore), { minLength: 2, maxLength: 9 }),
        fc.float({ noNaN: true, min: 0, max: 5 }),
        (rows, gain) => {
          const popularity = Float32Array.from(rows, ([, other]) => other);
          const placeOfFirst = (ease: Float32Array) => {
            const into = new Float32Array(rows.length);
            blendScores(PLAIN, { ease, popularity }, into);
            return into.filter((score) => score > (into[0] as number) + 1e-5).length;
          };
          const before = Float32Array.from(rows, ([own]) => own);
          const after = before.slice();
          after[0] = (after[0] as number) + gain;
          expect(placeOfFirst(after)).toBeLessThanOrEqual(placeOfFirst(before));
        },
      ),
    );
  });
});

describe("nameCandidates", () => {
  it("takes each model's best above 0 and what is always one, but nothing barred", () => {
    const named = nameCandidates({
      sums: [Float32Array.from([5, 4, 3, 0, 0, 0]), Float32Array.from([0, 0, 0, 1, 0, 0])],
      perModel: 2,
      always: [5, 0],
      barred: Uint8Array.from([1, 0, 0, 0, 0, 0]),
    });
    expect(Array.from(named)).toEqual([1, 2, 3, 5]);
  });

  it("takes the smaller index of equal scores at the cut", () => {
    const sources = { perModel: 2, always: [], barred: new Uint8Array(4) };
    const named = nameCandidates({ ...sources, sums: [Float32Array.from([1, 2, 1, 1])] });
    expect(Array.from(named)).toEqual([0, 1]);
  });
});
