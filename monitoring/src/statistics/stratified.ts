import type { ArmEstimate } from "./contrast.ts";
import { ratioOf } from "./ratio-metric.ts";
import type { SufficientSums } from "./sufficient-sums.ts";
import { type Undefined, undefinedBecause } from "./undefined.ts";

/** One hour of entry (of one step). Users belong to the hour of their first exposure. */
export interface Stratum<T> {
  readonly main: T;
  readonly nightly: T;
}

/** Both arms standardised to one distribution of hours. */
export interface StratifiedArms {
  readonly kind: "stratified";
  readonly main: ArmEstimate;
  readonly nightly: ArmEstimate;
  /** Hours both arms were seen in. */
  readonly strata: number;
  /** Users of hours left out, for want of two users and of an exposure in each arm. */
  readonly usersLeftOut: number;
}

/**
 * Each arm's mean over strata with the weights ω ∝ n_T n_C / (n_T + n_C) (Mantel & Haenszel, JNCI
 * 22, 1959), the same for both arms, so that the difference is Σ ω (R_T − R_C): a time of day that
 * the arms meet in different shares is no difference. Variances: Σ ω² v.
 */
export function stratifiedArms(strata: Iterable<Stratum<ArmEstimate>>): StratifiedArms | Undefined {
  const shared = [...strata].filter(({ main, nightly }) => main.n > 0 && nightly.n > 0);
  if (shared.length === 0) return undefinedBecause("no_common_stratum");
  const weights = shared.map(({ main, nightly }) => (main.n * nightly.n) / (main.n + nightly.n));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const combine = (arm: keyof Stratum<ArmEstimate>): ArmEstimate => {
    let [n, value, variance] = [0, 0, 0];
    for (const [index, stratum] of shared.entries()) {
      const weight = (weights[index] ?? 0) / total;
      n += stratum[arm].n;
      value += weight * stratum[arm].value;
      variance += weight * weight * stratum[arm].variance;
    }
    return { n, value, variance };
  };
  return {
    kind: "stratified",
    main: combine("main"),
    nightly: combine("nightly"),
    strata: shared.length,
    usersLeftOut: 0,
  };
}

/** {@link stratifiedArms} of a ratio metric, from the sums of each hour. */
export function stratifiedRatio(
  strata: Iterable<Stratum<SufficientSums>>,
): StratifiedArms | Undefined {
  const usable: Stratum<ArmEstimate>[] = [];
  let usersLeftOut = 0;
  for (const { main, nightly } of strata) {
    const [c, t] = [ratioOf(main), ratioOf(nightly)];
    if (c.kind === "ratio" && t.kind === "ratio") usable.push({ main: c, nightly: t });
    else usersLeftOut += Number(main.n + nightly.n);
  }
  const arms = stratifiedArms(usable);
  return arms.kind === "undefined" ? arms : { ...arms, usersLeftOut };
}
