import type { ArmEstimate } from "./contrast.ts";
import { momentsOf } from "./moments.ts";
import type { SufficientSums } from "./sufficient-sums.ts";
import { type Undefined, undefinedBecause } from "./undefined.ts";

/** A ratio of sums ΣS / ΣK whose unit is the user. */
export interface RatioEstimate extends ArmEstimate {
  readonly kind: "ratio";
  /** Mean of K over users: a change of it makes ratios hard to compare. */
  readonly meanExposure: number;
  /** R (1 − R) / ΣK: what the variance would be if exposures were independent; meant for S ≤ K. */
  readonly naiveVariance: number;
  /** variance / naiveVariance; undefined where R is not inside (0, 1). */
  readonly designEffect: number | undefined;
}

/**
 * The ratio of sums of one arm with the variance of the delta method over users (Deng, Knoblich,
 * Lu, "Applying the Delta Method in Metric Analytics", KDD 2018):
 * v = (Var S − 2 R Cov(S, K) + R² Var K) / (n K̄²), ddof 1.
 *
 * Serves hit rates (S hits of K movies), exceedance rates (S answers over a limit of K answers),
 * shares of users (S ∈ {0, 1}, K = 1) and means per user (K = 1).
 */
export function ratioOf(sums: SufficientSums): RatioEstimate | Undefined {
  if (!Object.isFrozen(sums)) return ratioFrom(sums);
  const known = KNOWN.get(sums);
  if (known !== undefined) return known;
  const ratio = Object.freeze(ratioFrom(sums));
  KNOWN.set(sums, ratio);
  return ratio;
}

/** Of sums that cannot change any more: the same strata are asked for again every minute. */
const KNOWN = new WeakMap<SufficientSums, RatioEstimate | Undefined>();

function ratioFrom(sums: SufficientSums): RatioEstimate | Undefined {
  const moments = momentsOf(sums);
  if (moments.kind === "undefined") return moments;
  const { n, meanS, meanK, varS, varK, covSK } = moments;
  if (meanK === 0) return undefinedBecause("no_denominator");
  const value = meanS / meanK;
  // Rounding may leave a proportional S a hair below 0.
  const spread = Math.max(0, varS - 2 * value * covSK + value * value * varK);
  const variance = spread / (n * meanK * meanK);
  const naiveVariance = Math.max(0, (value * (1 - value)) / Number(sums.k));
  return {
    kind: "ratio",
    n,
    value,
    variance,
    meanExposure: meanK,
    naiveVariance,
    designEffect: naiveVariance > 0 ? variance / naiveVariance : undefined,
  };
}
