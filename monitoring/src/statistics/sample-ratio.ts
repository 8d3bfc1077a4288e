import gammaln from "@stdlib/math-base-special-gammaln";
import { chiSquaredSurvival } from "./chi-squared.ts";

/** Users of one step at their first exposure, and the shares its weights declare, in one order. */
export interface ArmCounts {
  readonly counts: readonly number[];
  /** Non-negative; need not add up to 1. */
  readonly weights: readonly number[];
}

/** The prior's strength: as if this many users had been seen at the declared ratio. */
export const PRIOR_USERS = 10_000;

/** Both tests alarm below this; the reason is repeated looking, as in GrowthBook and Eppo. */
export const SAMPLE_RATIO_ALPHA = 0.001;

/** Users seen in both arms under one snapshot version make the comparison invalid from here on. */
export const CROSS_OVER_LIMIT = 0.01;

export interface FixedSampleRatio {
  readonly chiSquared: number;
  readonly degrees: number;
  readonly p: number;
}

/**
 * The chi-squared test of declared shares at one look. Arms of weight 0 are no degree of freedom;
 * a user in one is impossible: χ² = ∞, p = 0. Fewer than two arms or no users: χ² = 0, p = 1.
 */
export function fixedSampleRatio(arms: ArmCounts): FixedSampleRatio {
  const open = openArms(arms);
  if (open.strays > 0) return { chiSquared: Infinity, degrees: open.arms.length - 1, p: 0 };
  const degrees = open.arms.length - 1;
  if (degrees < 1 || open.total === 0) return { chiSquared: 0, degrees, p: 1 };
  const chiSquared = open.arms.reduce((sum, { count, share }) => {
    const expected = share * open.total;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  return { chiSquared, degrees, p: chiSquaredSurvival(chiSquared, degrees) };
}

/**
 * ln of the Bayes factor against the declared shares: Dirichlet(c π)–multinomial over multinomial
 * (Lindon & Malek, arXiv 2011.03567). It may be looked at after every user: under the declared
 * shares P(ever ≥ 1 / α) ≤ α.
 *
 * @param priorUsers c > 0.
 */
export function logSampleRatioEvidence(arms: ArmCounts, priorUsers = PRIOR_USERS): number {
  const open = openArms(arms);
  if (open.strays > 0) return Infinity;
  const prior = open.arms.map(({ share }) => priorUsers * share);
  return logDirichletMultinomial(open.arms, prior) - logMultinomial(open.arms);
}

/** ln evidence of several steps, each against its own weights: they are independent and add up. */
export function logSampleRatioEvidenceOfSteps(
  steps: readonly ArmCounts[],
  priorUsers = PRIOR_USERS,
): number {
  return steps.reduce((sum, step) => sum + logSampleRatioEvidence(step, priorUsers), 0);
}

/**
 * The sequential p: the least 1 / BF seen so far.
 *
 * @param before the p of the last look; 1 at first.
 */
export function sequentialP(before: number, logE: number): number {
  return Math.min(before, 1, Math.exp(-logE));
}

/**
 * The two log likelihoods whose difference is the evidence, without the multinomial coefficient,
 * which both have.
 *
 * @param prior parameters of the Dirichlet distribution, one an arm; positive.
 */
export function logMarginals(
  arms: ArmCounts,
  prior: readonly number[],
): { readonly mismatch: number; readonly declared: number } {
  const open = openArms(arms);
  return {
    mismatch: logDirichletMultinomial(open.arms, prior),
    declared: logMultinomial(open.arms),
  };
}

/** Share of users assigned to both arms under one snapshot version; 0 of nobody. */
export function crossOverShare(usersInBoth: number, users: number): number {
  return users === 0 ? 0 : usersInBoth / users;
}

interface Arm {
  readonly count: number;
  readonly share: number;
}

function openArms({ counts, weights }: ArmCounts) {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const all = counts.map((count, arm) => ({ count, share: (weights[arm] ?? 0) / sum }));
  const arms = all.filter(({ share }) => share > 0);
  return {
    arms,
    total: arms.reduce((total, { count }) => total + count, 0),
    strays: all.reduce((total, { count, share }) => (share > 0 ? total : total + count), 0),
  };
}

function logMultinomial(arms: readonly Arm[]): number {
  return arms.reduce((sum, { count, share }) => sum + count * Math.log(share), 0);
}

function logDirichletMultinomial(arms: readonly Arm[], prior: readonly number[]): number {
  let total = 0;
  let users = 0;
  let sum = 0;
  for (const [index, { count }] of arms.entries()) {
    const alpha = prior[index] ?? 0;
    total += alpha;
    users += count;
    sum += gammaln(alpha + count) - gammaln(alpha);
  }
  return sum + gammaln(total) - gammaln(total + users);
}
