import betainc from "@stdlib/math-base-special-betainc";
import gammaln from "@stdlib/math-base-special-gammaln";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chiSquaredSurvival, chiSquaredUpperQuantile } from "./chi-squared.ts";
import { normalCdf, normalQuantile, normalSurvival, normalUpperQuantile } from "./normal.ts";
import { studentSurvival, studentTwoSided, studentUpperQuantile } from "./student-t.ts";

/** Equal to a relative 1e-12, or as given. */
function relative(actual: number, expected: number, tolerance = 1e-12): void {
  expect(Math.abs(actual / expected - 1), `${actual} for ${expected}`).toBeLessThan(tolerance);
}

describe("special functions", () => {
  it("know the normal distribution", () => {
    relative(normalCdf(1.96), 0.9750021048517795);
    relative(normalQuantile(0.975), 1.959963984540054);
    relative(normalQuantile(1e-9), -5.9978070150076865);
    relative(normalUpperQuantile(1e-9), 5.9978070150076865);
  });

  it("know Student's t, with fractional degrees of freedom too", () => {
    relative(studentSurvival(2.2281388519649385, 10), 0.0250000000009);
    relative(studentUpperQuantile(0.025, 5.5), 2.501858617589239);
  });

  it("know chi-squared", () => {
    relative(chiSquaredUpperQuantile(0.001, 1), 10.827566170662733);
    relative(chiSquaredUpperQuantile(0.001, 2), 13.815510557964274);
    relative(chiSquaredSurvival(22.77436884189436, 1), 1.8217928726191858e-6);
  });

  it("know ln Γ and the incomplete beta function", () => {
    relative(gammaln(0.5), 0.5723649429247, 1e-13);
    relative(gammaln(10000.5), 82104.32265412837);
    relative(betainc(0.4, 2, 3), 0.5248);
  });

  it("keep the far tails", () => {
    relative(normalSurvival(10), 7.619853024160527e-24);
    relative(studentTwoSided(20, 1e9), 2 * normalSurvival(20), 1e-3);
    relative(chiSquaredSurvival(100, 1), 2 * normalSurvival(10));
  });

  it("meet themselves at the quantile", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-12, max: 0.999, noNaN: true }),
        fc.double({ min: 0.7, max: 1e5, noNaN: true }),
        (tail, degrees) => {
          relative(normalSurvival(normalUpperQuantile(tail)), tail, 1e-9);
          relative(studentSurvival(studentUpperQuantile(tail, degrees), degrees), tail, 1e-7);
          relative(chiSquaredSurvival(chiSquaredUpperQuantile(tail, degrees), degrees), tail, 1e-7);
        },
      ),
    );
  });

  it("are symmetric", () => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), (x) => {
        relative(normalCdf(x), normalSurvival(-x));
        relative(studentSurvival(x, 7) + studentSurvival(-x, 7), 1);
      }),
    );
  });
});
