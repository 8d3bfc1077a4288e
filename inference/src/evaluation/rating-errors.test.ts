import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldInteractions } from "./fold-interactions.ts";
import { anyInteractions } from "./any-interactions.suite.ts";
import { ratingErrors } from "./rating-errors.ts";

describe("ratingErrors", () => {
  it("gives the known answer", () => {
    // Errors 0.5, −1, 2 and 0: squares 5.25, absolutes 3.5.
    const errors = ratingErrors([4.5, 2, 5, 1], [4, 3, 3, 1]);
    expect(errors).toEqual({ n: 4, rmse: Math.sqrt(5.25 / 4), mae: 0.875 });
  });

  it("refuses what has no error", () => {
    expect(() => ratingErrors([], [])).toThrow(RangeError);
    expect(() => ratingErrors([1], [1, 2])).toThrow(/1 predictions of 2/);
    expect(() => ratingErrors([Number.NaN], [1])).toThrow(/not finite/);
  });
});

describe("foldInteractions", () => {
  it("tests each interaction once, in folds of one size", () => {
    fc.assert(
      fc.property(anyInteractions, fc.integer({ min: 2, max: 6 }), fc.integer(), (of, k, seed) => {
        const folds = foldInteractions(of, k, seed);
        const sizes = folds.map(({ test }) => test.movieOf.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        const pairs = folds.flatMap(({ test }) =>
          Array.from({ length: of.users }, (_, user) =>
            [...test.movieOf.subarray(test.starts[user], test.starts[user + 1])].map(
              (movie) => `${user},${movie}`,
            ),
          ).flat(),
        );
        expect(new Set(pairs).size).toBe(of.movieOf.length);
        for (const { training, test } of folds) {
          expect(training.movieOf.length + test.movieOf.length).toBe(of.movieOf.length);
        }
      }),
    );
  });

  it("refuses fewer than two", () => {
    const of = fc.sample(anyInteractions, 1)[0];
    if (of !== undefined) expect(() => foldInteractions(of, 1, 0)).toThrow(/1 folds/);
  });
});
