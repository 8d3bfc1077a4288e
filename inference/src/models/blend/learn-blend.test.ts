import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BlendExample } from "./blend-example.ts";
import { learnBlend } from "./learn-blend.ts";
import { listwiseLoss } from "./listwise-loss.ts";
import { minimiseNonNegative } from "./minimise-non-negative.ts";

const TERMS = [
  { signal: "ease", shape: "share" },
  { signal: "ials", shape: "share" },
] as const;

/** Users whose target is candidate 0 in `right` of 10 cases, and else candidate 1; ease ranks 0 first, ials 1. */
const users = (right: number): BlendExample[] =>
  Array.from({ length: 10 }, (_, user) => ({
    scores: { ease: Float32Array.from([1, 0]), ials: Float32Array.from([0, 1]) },
    targets: Int32Array.of(user < right ? 0 : 1),
  }));

describe("learnBlend", () => {
  it("finds the weight that the likelihood has its maximum at", () => {
    // One signal apart, w: chance of candidate 0 is 1 / (1 + e^−w); 8 of 10 make it 0.8, w = ln 4.
    const { terms, loss, lossOfNone } = learnBlend(users(8), { terms: TERMS, ridge: 1e-9 });
    expect(terms[0]?.weight).toBeCloseTo(Math.log(4), 4);
    expect(terms[1]?.weight).toBe(0);
    expect(lossOfNone).toBeCloseTo(Math.log(2), 9);
    expect(loss).toBeCloseTo(-0.8 * Math.log(0.8) - 0.2 * Math.log(0.2), 9);
  });

  it("gives no weight below 0 to a model that misleads", () => {
    const { terms } = learnBlend(users(1), { terms: TERMS.slice(0, 1), ridge: 0.001 });
    expect(terms).toEqual([{ signal: "ease", shape: "share", weight: 0 }]);
  });

  it("parts what a movie is worth from what its place in a list is worth", () => {
    // Movie 1 is worth w more than movie 0, and the first place b more than the second. Shown first, movie 1 is taken by 9 of
    // 10: w + b = ln 9; shown second, by half: w = b. So w = ln 3. Movie 2, the best by far, was not shown.
    const scores = { ease: Float32Array.from([0, 0.5, 1]) };
    const lists = (places: number[], ones: number): BlendExample[] =>
      Array.from({ length: 10 }, (_, user) => ({
        scores,
        targets: Int32Array.of(user < ones ? 1 : 0),
        offer: { candidates: Int32Array.of(0, 1), places: Int32Array.from(places) },
      }));
    const examples = [...lists([1, 0], 9), ...lists([0, 1], 5)];
    const terms = [TERMS[0]];
    const learned = learnBlend(examples, { terms, ridge: 1e-9 });
    expect(learned.terms[0]?.weight).toBeCloseTo(2 * Math.log(3), 3); // half a unit of the share apart
    expect(learned.users).toBe(20);
    const placeless = examples.map(({ offer, ...rest }) => ({
      ...rest,
      offer: offer && { ...offer, places: Int32Array.of(0, 0) },
    }));
    const blurred = learnBlend(placeless, { terms, ridge: 1e-9 });
    expect(blurred.terms[0]?.weight).toBeCloseTo(2 * Math.log(14 / 6), 3);
  });

  it("learns nothing from users without a target", () => {
    const none = users(8).map((user) => ({ ...user, targets: new Int32Array() }));
    const { terms, users: count, loss } = learnBlend(none, { terms: TERMS, ridge: 0.01 });
    expect(terms.map(({ weight }) => weight)).toEqual([0, 0]);
    expect([count, loss]).toEqual([0, 0]);
  });

  it("refuses to learn without terms, or from scores that it is not given", () => {
    expect(() => learnBlend(users(8), { terms: [], ridge: 0 })).toThrow("needs terms");
    const svd = [{ signal: "svd", shape: "rank" }] as const;
    expect(() => learnBlend(users(8), { terms: svd, ridge: 0 })).toThrow('no scores of "svd"');
  });
});

describe("listwiseLoss", () => {
  it("has the derivatives that differences show", () => {
    const example = {
      columns: [Float32Array.from([1, 0, 0.5, 0.25]), Float32Array.from([0, 2, -1, 0.5])],
      targets: Int32Array.of(1, 3),
    };
    const at = Float64Array.of(0.7, 0.3);
    const lossAt = (weights: Float64Array) => listwiseLoss([example, example], weights, 0.1);
    const { gradient, curvature } = lossAt(at);
    const step = 1e-5;
    for (let t = 0; t < 2; t += 1) {
      const moved = (by: number) => lossAt(at.map((weight, s) => (s === t ? weight + by : weight)));
      const [up, down] = [moved(step), moved(-step)];
      expect((up.value - down.value) / (2 * step)).toBeCloseTo(gradient[t] ?? NaN, 7);
      for (let s = 0; s < 2; s += 1) {
        const slope = ((up.gradient[s] ?? NaN) - (down.gradient[s] ?? NaN)) / (2 * step);
        expect(slope).toBeCloseTo(curvature[t * 2 + s] ?? NaN, 7);
      }
    }
  });
});

describe("minimiseNonNegative", () => {
  it("finds the least of a quadratic form as a fine grid does", () => {
    const number = fc.integer({ min: -4, max: 4 });
    fc.assert(
      fc.property(number, number, fc.integer({ min: -2, max: 2 }), (p, q, c) => {
        // f(x, y) = 3x² + 3y² + cxy − px − qy, convex for |c| < 6.
        const lossAt = (w: Float64Array) => {
          const [x, y] = [w[0] as number, w[1] as number];
          return {
            value: 3 * x * x + 3 * y * y + c * x * y - p * x - q * y,
            gradient: Float64Array.of(6 * x + c * y - p, 6 * y + c * x - q),
            curvature: Float64Array.of(6, c, c, 6),
          };
        };
        const found = lossAt(minimiseNonNegative(lossAt, 2)).value;
        for (let x = 0; x <= 1.5; x += 0.05) {
          for (let y = 0; y <= 1.5; y += 0.05) {
            expect(found).toBeLessThanOrEqual(lossAt(Float64Array.of(x, y)).value + 1e-9);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
