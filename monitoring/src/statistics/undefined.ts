/** Why there is no number. None of these is an error: evidence may be thin or without variation. */
export type UndefinedReason =
  /** Fewer users than a variance needs: two an arm. */
  | "too_few_users"
  /** Fewer (effective) samples than the quantile's interval needs. */
  | "too_few_samples"
  /** Everybody is equal: no standard error, hence no test. */
  | "no_variance"
  /** Nothing was exposed, or the base of a relative difference is 0. */
  | "no_denominator"
  /** No stratum has both arms. */
  | "no_common_stratum"
  /** Information does not grow from look to look, or alphas are outside (0, 1). */
  | "bad_looks";

/** In place of a result: the result does not exist, and why. Never NaN. */
export interface Undefined {
  readonly kind: "undefined";
  readonly reason: UndefinedReason;
}

export function undefinedBecause(reason: UndefinedReason): Undefined {
  return { kind: "undefined", reason };
}
