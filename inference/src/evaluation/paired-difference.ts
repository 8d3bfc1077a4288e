import { ServiceError } from "@canarec/service-kit/errors";
import { openDraw } from "./draw.ts";
import { estimateOf } from "./estimate.ts";

/** How much one model's measure differs from another's of the same users, candidate − main. */
export interface PairedDifference {
  readonly kind: "difference";
  readonly users: number;
  readonly main: number;
  readonly candidate: number;
  /** candidate − main. */
  readonly difference: number;
  readonly se: number;
  /** Interval of the difference, by bootstrap over users. */
  readonly lower: number;
  readonly upper: number;
  /** Share of the resamples with a difference below 0; those of exactly 0 count half. In [0, 1]. */
  readonly shareWorse: number;
  /** Users for whom the candidate is better, and worse. */
  readonly wins: number;
  readonly losses: number;
}

/** Too few users to say how sure a difference is. */
export interface TooFewUsers {
  readonly kind: "too-few-users";
  readonly users: number;
}

export interface BootstrapOptions {
  /** Whole number: the same gives the same interval. */
  readonly seed: number;
  /** 2,000 unless told; time grows with resamples × users. */
  readonly resamples?: number;
  /** Probability that the interval covers the true difference, in (0, 1); 0.95 unless told. */
  readonly level?: number;
}

const RESAMPLES = 2_000;
const LEVEL = 0.95;

/**
 * The mean difference over users with its percentile interval (Efron & Tibshirani 1993): users are drawn
 * again with replacement, each with both values, so that what makes a user easy for both models cancels out.
 *
 * @param main (users). @param candidate (users), of the same users in the same order.
 * @throws ServiceError "invalid_argument" for arrays of two lengths.
 */
export function pairedDifference(
  main: Float64Array,
  candidate: Float64Array,
  options: BootstrapOptions,
): PairedDifference | TooFewUsers {
  const users = main.length;
  if (candidate.length !== users) {
    throw new ServiceError(
      "invalid_argument",
      `${users} users of main, ${candidate.length} others`,
    );
  }
  if (users < 2) return { kind: "too-few-users", users };
  const differences = candidate.map((value, user) => value - (main[user] ?? 0));
  const { mean, se } = estimateOf(differences);
  const means = resampledMeans(differences, options);
  const tail = (1 - (options.level ?? LEVEL)) / 2;
  return {
    kind: "difference",
    users,
    main: estimateOf(main).mean,
    candidate: estimateOf(candidate).mean,
    difference: mean,
    se: se ?? 0,
    lower: quantileOf(means, tail),
    upper: quantileOf(means, 1 - tail),
    shareWorse: shareBelow(means, 0),
    wins: differences.filter((difference) => difference > 0).length,
    losses: differences.filter((difference) => difference < 0).length,
  };
}

/** Means of samples drawn with replacement, ascending, (resamples). */
export function resampledMeans(
  values: Float64Array,
  { seed, resamples = RESAMPLES }: BootstrapOptions,
): Float64Array {
  const draw = openDraw(seed);
  return new Float64Array(resamples)
    .map(() => {
      let sum = 0;
      for (let n = values.length; n > 0; n -= 1) sum += values[draw.below(values.length)] ?? 0;
      return sum / values.length;
    })
    .sort();
}

/** @param sorted ascending. @returns in [0, 1]; values equal to the limit count half. */
export function shareBelow(sorted: Float64Array, limit: number): number {
  const below = sorted.filter((value) => value < limit).length;
  const equal = sorted.filter((value) => value === limit).length;
  return (below + equal / 2) / sorted.length;
}

/** By linear interpolation between the two nearest. @param sorted ascending, not empty. */
function quantileOf(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const [below, above] = [sorted[low] ?? 0, sorted[Math.min(low + 1, sorted.length - 1)] ?? 0];
  return below + (place - low) * (above - below);
}
