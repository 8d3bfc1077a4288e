import type { SufficientSums } from "./sufficient-sums.ts";
import { type Undefined, undefinedBecause } from "./undefined.ts";

/** Means, variances and covariances over an arm's users, ddof = 1. */
export interface Moments {
  readonly kind: "moments";
  readonly n: number;
  readonly meanS: number;
  readonly meanK: number;
  readonly meanX: number;
  readonly varS: number;
  readonly varK: number;
  readonly varX: number;
  readonly covSK: number;
  readonly covSX: number;
  readonly covKX: number;
}

/**
 * Moments of exact sums. The difference n ΣAB − ΣA ΣB is taken in whole numbers, so nothing is
 * cancelled however large the mean is against the spread.
 */
export function momentsOf(sums: SufficientSums): Moments | Undefined {
  const { n } = sums;
  if (n < 2n) return undefinedBecause("too_few_users");
  const mean = (sum: bigint) => Number(sum) / Number(n);
  const covariance = (product: bigint, a: bigint, b: bigint) =>
    Number(n * product - a * b) / Number(n * (n - 1n));
  return {
    kind: "moments",
    n: Number(n),
    meanS: mean(sums.s),
    meanK: mean(sums.k),
    meanX: mean(sums.x),
    varS: covariance(sums.ss, sums.s, sums.s),
    varK: covariance(sums.kk, sums.k, sums.k),
    varX: covariance(sums.xx, sums.x, sums.x),
    covSK: covariance(sums.sk, sums.s, sums.k),
    covSX: covariance(sums.sx, sums.s, sums.x),
    covKX: covariance(sums.kx, sums.k, sums.x),
  };
}
