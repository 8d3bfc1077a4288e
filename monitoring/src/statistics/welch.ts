import { type ArmEstimate, type Scale, differenceVariance, liftVariance } from "./contrast.ts";
import { studentSurvival, studentTwoSided, studentUpperQuantile } from "./student-t.ts";
import { type Undefined, undefinedBecause } from "./undefined.ts";

/** An arm of independent users, each with one number. */
export interface SampleSums {
  readonly n: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

export interface WelchTest {
  readonly kind: "test";
  readonly scale: Scale;
  readonly value: number;
  readonly se: number;
  readonly t: number;
  /** Welch–Satterthwaite, of the two variances of the means. */
  readonly degrees: number;
  /** P(|T| ≥ |t|). */
  readonly twoSidedP: number;
  /** P(T ≥ t): small where nightly is higher. */
  readonly greaterP: number;
  /** P(T ≤ t): small where nightly is lower. */
  readonly lessP: number;
}

/** A mean with its variance from plain sums, for values that are no whole numbers. */
export function meanOf(sample: SampleSums): ArmEstimate | Undefined {
  const { n, sum, sumOfSquares } = sample;
  if (n < 2) return undefinedBecause("too_few_users");
  const variance = Math.max(0, (sumOfSquares - (sum * sum) / n) / (n - 1));
  return { n, value: sum / n, variance: variance / n };
}

/**
 * Welch's t-test of two means with unequal variances (Welch, Biometrika 34, 1947); relative: of
 * nightly / main − 1 with the variance of the delta method and the same degrees of freedom, as
 * GrowthBook does.
 */
export function welchTest(
  main: ArmEstimate,
  nightly: ArmEstimate,
  scale: Scale,
): WelchTest | Undefined {
  if (main.n < 2 || nightly.n < 2) return undefinedBecause("too_few_users");
  if (scale === "relative" && main.value === 0) return undefinedBecause("no_denominator");
  const variance =
    scale === "absolute" ? differenceVariance(main, nightly) : liftVariance(main, nightly);
  if (!(variance > 0)) return undefinedBecause("no_variance");
  const difference = nightly.value - main.value;
  const value = scale === "absolute" ? difference : difference / main.value;
  const se = Math.sqrt(variance);
  const t = value / se;
  const degrees =
    (main.variance + nightly.variance) ** 2 /
    (main.variance ** 2 / (main.n - 1) + nightly.variance ** 2 / (nightly.n - 1));
  return {
    kind: "test",
    scale,
    value,
    se,
    t,
    degrees,
    twoSidedP: studentTwoSided(t, degrees),
    greaterP: studentSurvival(t, degrees),
    lessP: studentSurvival(-t, degrees),
  };
}

/**
 * Half the width of the interval value ± half that leaves `tail` on each side: alpha / 2 for a
 * two-sided interval, alpha for a one-sided bound.
 */
export function welchHalfWidth(test: WelchTest, tail: number): number {
  return test.se * studentUpperQuantile(tail, test.degrees);
}
