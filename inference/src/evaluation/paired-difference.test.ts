import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openDraw } from "./draw.ts";
import { type PairedDifference, pairedDifference, shareBelow } from "./paired-difference.ts";

const values = (...numbers: number[]) => Float64Array.from(numbers);

function known(main: Float64Array, candidate: Float64Array, seed = 1, level = 0.95) {
  const result = pairedDifference(main, candidate, { seed, level });
  if (result.kind !== "difference") throw new Error(result.kind);
  return result;
}

const pairs = fc
  .array(fc.tuple(fc.double({ min: 0, max: 1 }), fc.double({ min: 0, max: 1 })), {
    minLength: 2,
    maxLength: 30,
  })
  .filter((rows) => rows.flat().every(Number.isFinite))
  .map((rows) => [values(...rows.map(([a]) => a)), values(...rows.map(([, b]) => b))] as const);

describe("pairedDifference", () => {
  it("gives means, error and counts of the differences", () => {
    // Differences 0.5, 0, −0.25, 0.25: mean 0.125, squares about it 0.3125.
    const result = known(values(0.5, 1, 0.25, 0), values(1, 1, 0, 0.25));
    expect(result).toMatchObject({ users: 4, main: 0.4375, candidate: 0.5625, difference: 0.125 });
    expect(result).toMatchObject({ wins: 2, losses: 1 });
    expect(result.se).toBeCloseTo(Math.sqrt(0.3125 / 3 / 4), 12);
  });

  it("has the interval of the exact bootstrap of two users", () => {
    // Means of two draws from {0, 1}: 0, ½ and 1 with ¼, ½ and ¼.
    const wide = known(values(0, 0), values(0, 1));
    expect([wide.lower, wide.upper]).toEqual([0, 1]);
    const narrow = known(values(0, 0), values(0, 1), 1, 0.4); // quantiles .3 and .7
    expect([narrow.lower, narrow.upper]).toEqual([0.5, 0.5]);
    expect(wide.shareWorse).toBeCloseTo(1 / 8, 1); // half of the quarter at exactly 0
  });

  it("is near the normal interval of many users", () => {
    const draw = openDraw(5);
    const main = new Float64Array(2000).map(() => draw.below(1000) / 1000);
    const candidate = main.map((value) => value + (draw.below(1000) - 480) / 1000);
    const { difference, se, lower, upper } = known(main, candidate);
    expect((upper - difference) / se).toBeCloseTo(1.96, 0);
    expect((difference - lower) / se).toBeCloseTo(1.96, 0);
  });

  it("covers the true difference as often as it says", () => {
    const draw = openDraw(11);
    let covered = 0;
    for (let run = 0; run < 400; run += 1) {
      const main = new Float64Array(60).map(() => draw.below(2));
      const candidate = main.map(() => draw.below(2)); // no true difference
      const result = pairedDifference(main, candidate, { seed: run, resamples: 400 });
      if (result.kind === "difference") covered += result.lower <= 0 && result.upper >= 0 ? 1 : 0;
    }
    // Of 400: 380 expected; 3.5 standard deviations of 4.4, and a point for the bootstrap of 60.
    expect(covered).toBeGreaterThan(360);
    expect(covered).toBeLessThan(396);
  });

  it("is turned about by swapping the two", () => {
    fc.assert(
      fc.property(pairs, fc.integer(), ([main, candidate], seed) => {
        const [there, back] = [known(main, candidate, seed), known(candidate, main, seed)];
        expect(back.difference).toBeCloseTo(-there.difference, 12);
        expect(back.lower).toBeCloseTo(-there.upper, 12);
        expect(back.wins).toBe(there.losses);
        expect(there.lower).toBeLessThanOrEqual(there.upper);
      }),
    );
  });

  it("is the same of the same seed", () => {
    fc.assert(
      fc.property(pairs, fc.integer(), ([main, candidate], seed) => {
        expect(known(main, candidate, seed)).toEqual(known(main, candidate, seed));
      }),
    );
  });

  it("is exactly nothing of equal models", () => {
    const same = values(0.2, 0.4, 0.9);
    expect(known(same, same)).toMatchObject({ difference: 0, lower: 0, upper: 0, shareWorse: 0.5 });
  });

  it("needs two users, and the same ones", () => {
    const one: unknown = pairedDifference(values(1), values(0), { seed: 1 });
    expect(one).toEqual({ kind: "too-few-users", users: 1 });
    expect(() => pairedDifference(values(1), values(0, 1), { seed: 1 })).toThrow(/1 users of main/);
  });
});

describe("shareBelow", () => {
  it("counts ties half", () => {
    expect(shareBelow(values(-1, 0, 0, 3), 0)).toBe(0.5);
    const result: PairedDifference = known(values(1, 1), values(0, 0));
    expect(result.shareWorse).toBe(1);
  });
});
