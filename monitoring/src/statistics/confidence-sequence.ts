/**
 * What a confidence sequence is made of. N counts users of both arms; se is that of the contrast
 * at N. It is asymptotic: begin after about a hundred users an arm.
 */
export interface SequenceLook {
  /** Contrast, nightly against main. */
  readonly value: number;
  readonly se: number;
  readonly users: number;
}

/** Fixed before the start. */
export interface SequencePlan {
  /** In (0, 1): two-sided level of the interval, one-sided of a bound. */
  readonly alpha: number;
  /** N*: users of both arms at which the sequence is tightest. */
  readonly tuningUsers: number;
}

/**
 * ρ² of the normal mixture that is tightest at N* (Waudby-Smith et al., arXiv 2103.06476v7,
 * equation 161).
 */
function mixingVariance(alpha: number, tuningUsers: number): number {
  const log = -2 * Math.log(alpha);
  return (log + Math.log(log + 1)) / tuningUsers;
}

/**
 * Half the width of the two-sided asymptotic confidence sequence in standard errors (equation 9):
 * value ± multiplier × se covers the truth at all looks together with probability 1 − α.
 */
export function twoSidedMultiplier(users: number, plan: SequencePlan): number {
  const scale = users * mixingVariance(plan.alpha, plan.tuningUsers);
  // √N √(2 (Nρ² + 1) / (N²ρ²) ln(√(Nρ² + 1) / α)), with √N taken inside.
  return Math.sqrt((2 * (scale + 1) * (Math.log1p(scale) / 2 - Math.log(plan.alpha))) / scale);
}

/**
 * Distance of the one-sided bound in standard errors (equation 134): value − multiplier × se is
 * below the truth at all looks together with probability 1 − α.
 */
export function oneSidedMultiplier(users: number, plan: SequencePlan): number {
  const scale = users * mixingVariance(2 * plan.alpha, plan.tuningUsers);
  const log = Math.log1p(Math.sqrt(scale + 1) / (2 * plan.alpha));
  return Math.sqrt((2 * (scale + 1) * log) / scale);
}

export interface SequenceInterval {
  readonly lower: number;
  readonly upper: number;
}

export function sequenceInterval(look: SequenceLook, plan: SequencePlan): SequenceInterval {
  const half = look.se * twoSidedMultiplier(look.users, plan);
  return { lower: look.value - half, upper: look.value + half };
}

/** A bound the truth is above, at all looks together with probability 1 − α; α < ½. */
export function sequenceLowerBound(look: SequenceLook, plan: SequencePlan): number {
  return look.value - look.se * oneSidedMultiplier(look.users, plan);
}

/** A bound the truth is below, at all looks together with probability 1 − α; α < ½. */
export function sequenceUpperBound(look: SequenceLook, plan: SequencePlan): number {
  return look.value + look.se * oneSidedMultiplier(look.users, plan);
}

/**
 * Two-sided p of one look against no effect: 1 over the mixture's e-value (equation 155), at
 * most 1. Its running minimum is below α with probability ≤ α, however often one looks.
 */
export function sequenceP(look: SequenceLook, plan: SequencePlan): number {
  const scale = look.users * mixingVariance(plan.alpha, plan.tuningUsers);
  const z = look.value / look.se;
  const logE = (scale * z * z) / (2 * (scale + 1)) - Math.log1p(scale) / 2;
  return Math.min(1, Math.exp(-logE));
}

/**
 * One-sided p of "nightly is higher": the alpha at which the one-sided bound, with the plan's ρ,
 * would touch 0; 1 where nightly is not higher. Its running minimum is below α with
 * probability ≤ α, however often one looks.
 */
export function sequenceGreaterP(look: SequenceLook, plan: SequencePlan): number {
  const scale = look.users * mixingVariance(2 * plan.alpha, plan.tuningUsers);
  const z = look.value / look.se;
  if (!(z > 0)) return 1;
  const excess = Math.expm1((scale * z * z) / (2 * (scale + 1)));
  return Math.min(1, Math.sqrt(scale + 1) / (2 * excess));
}
