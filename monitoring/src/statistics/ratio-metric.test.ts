import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contrastOf, differenceVariance, liftVariance } from "./contrast.ts";
import { momentsOf } from "./moments.ts";
import { type RatioEstimate, ratioOf } from "./ratio-metric.ts";
import { type UserValues, mergeSums, sumsOfUsers } from "./sufficient-sums.ts";
import type { Undefined } from "./undefined.ts";

const users = (s: readonly number[], k: readonly number[]): UserValues[] =>
  s.map((hits, index) => ({ s: hits, k: k[index] ?? 0, x: 0 }));

const MAIN = users([3, 0, 2, 5, 1, 4, 2, 0, 6, 1], [5, 4, 6, 8, 5, 7, 3, 5, 9, 6]);
const NIGHTLY = users([4, 1, 3, 6, 2, 5, 1, 2, 7, 2], [6, 5, 5, 9, 4, 8, 4, 6, 9, 7]);

function ratio(values: readonly UserValues[]): RatioEstimate {
  return defined(ratioOf(sumsOfUsers(values)));
}

function defined<T extends { readonly kind: string }>(
  result: T | Undefined,
): Exclude<T, Undefined> {
  if (result.kind === "undefined") throw new Error((result as Undefined).reason);
  return result as Exclude<T, Undefined>;
}

const arbitraryUsers = fc.array(
  fc.record({
    s: fc.nat(20),
    k: fc.integer({ min: 1, max: 40 }),
    x: fc.integer({ min: -9, max: 9 }),
  }),
  { minLength: 2, maxLength: 40 },
);

describe("ratioOf", () => {
  it("gives the delta method's known answer", () => {
    const moments = [MAIN, NIGHTLY].map((arm) => defined(momentsOf(sumsOfUsers(arm))));
    expect(moments.map(({ varS }) => varS)).toEqual([
      expect.closeTo(4.26667, 5),
      expect.closeTo(4.45556, 5),
    ]);
    expect(moments.map(({ covSK }) => covSK)).toEqual([
      expect.closeTo(2.97778, 5),
      expect.closeTo(3.45556, 5),
    ]);
    expect(moments.map(({ varK }) => varK)).toEqual([
      expect.closeTo(3.28889, 5),
      expect.closeTo(3.56667, 5),
    ]);
    const [main, nightly] = [ratio(MAIN), ratio(NIGHTLY)];
    expect(main.value).toBeCloseTo(0.413793, 6);
    expect(nightly.value).toBeCloseTo(0.52381, 6);
    expect(main.variance).toBeCloseTo(0.007031623, 9);
    expect(nightly.variance).toBeCloseTo(0.004570569, 9);
    const contrast = defined(contrastOf(main, nightly, "absolute"));
    expect(contrast.value).toBeCloseTo(0.110016, 6);
    expect(contrast.se).toBeCloseTo(0.107713, 6);
    expect(Math.abs(contrast.z / 1.021381 - 1)).toBeLessThan(1e-6);
    expect(contrast.p).toBeCloseTo(0.307074, 6);
    const naiveSe = Math.sqrt(main.naiveVariance + nightly.naiveVariance);
    expect(naiveSe).toBeCloseTo(0.09023, 6);
    expect(contrast.value / naiveSe).toBeCloseTo(1.2193, 4);
    expect(main.designEffect).toBeCloseTo(main.variance / main.naiveVariance, 12);
  });

  it("is the share of users where every user counts once", () => {
    const arm = ratio(users([1, 0, 0, 1, 0], [1, 1, 1, 1, 1]));
    expect(arm.value).toBeCloseTo(0.4, 12);
    expect(arm.variance).toBeCloseTo((0.4 * 0.6) / 4, 12); // ddof 1
  });

  it("halves the variance when every user is there twice, but not when every request is", () => {
    const once = ratio(MAIN);
    const twice = ratio([...MAIN, ...MAIN]);
    expect(twice.variance / once.variance).toBeCloseTo(9 / 19, 12); // (n − 1) / (2n − 1)
    const requests = ratio(MAIN.map(({ s, k }) => ({ s: 2 * s, k: 2 * k, x: 0 })));
    expect(requests.variance).toBeCloseTo(once.variance, 15);
    expect(requests.naiveVariance).toBeCloseTo(once.naiveVariance / 2, 15);
  });

  it("scales with the outcome", () => {
    fc.assert(
      fc.property(arbitraryUsers, fc.integer({ min: 1, max: 50 }), (arm, factor) => {
        const scaled = ratio(arm.map((user) => ({ ...user, s: user.s * factor })));
        expect(scaled.value).toBeCloseTo(ratio(arm).value * factor, 8);
        expect(scaled.variance).toBeCloseTo(ratio(arm).variance * factor * factor, 5);
      }),
    );
  });

  it("says why there is no ratio", () => {
    expect(ratioOf(sumsOfUsers([{ s: 1, k: 1, x: 0 }]))).toEqual({
      kind: "undefined",
      reason: "too_few_users",
    });
    expect(ratioOf(sumsOfUsers(users([0, 0], [0, 0])))).toEqual({
      kind: "undefined",
      reason: "no_denominator",
    });
  });

  it("loses nothing to a large mean", () => {
    const large = 3_000_000_000_000; // squares pass 2^53 by far
    const shifted = users([large, large + 1, large + 2], [1, 1, 1]);
    expect(defined(momentsOf(sumsOfUsers(shifted))).varS).toBe(1);
  });
});

describe("contrastOf", () => {
  it("gives GrowthBook's variances", () => {
    const main = { n: 4, value: 7, variance: 2 / 4 };
    const nightly = { n: 15, value: 5, variance: 0.5 / 15 };
    expect(differenceVariance(main, nightly)).toBeCloseTo(0.53333, 5);
    expect(liftVariance(main, nightly)).toBeCloseTo(0.00589, 5);
  });

  it("is negated by swapping the arms", () => {
    fc.assert(
      fc.property(arbitraryUsers, arbitraryUsers, (a, b) => {
        const there = contrastOf(ratio(a), ratio(b), "absolute");
        const back = contrastOf(ratio(b), ratio(a), "absolute");
        if (there.kind === "undefined" || back.kind === "undefined") expect(there).toEqual(back);
        else {
          expect(there.value + back.value).toBe(0);
          expect(there.z + back.z).toBe(0);
          expect(there.se).toBe(back.se);
        }
      }),
    );
  });

  it("depends neither on the order of users nor on how they are grouped", () => {
    fc.assert(
      fc.property(arbitraryUsers, fc.nat(40), (arm, cut) => {
        const parts = [arm.slice(cut).toReversed(), arm.slice(0, cut)];
        expect(ratioOf(mergeSums(parts.map(sumsOfUsers)))).toEqual(ratio(arm));
      }),
    );
  });

  it("says why there is no contrast", () => {
    const flat = { n: 9, value: 0, variance: 0 };
    expect(contrastOf(flat, flat, "absolute")).toEqual({
      kind: "undefined",
      reason: "no_variance",
    });
    expect(contrastOf(flat, { n: 9, value: 1, variance: 1 }, "relative")).toEqual({
      kind: "undefined",
      reason: "no_denominator",
    });
  });
});
