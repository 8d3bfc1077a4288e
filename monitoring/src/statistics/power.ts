import { type ArmEstimate, liftVariance } from "./contrast.ts";
import { normalCdf, normalSurvival, normalUpperQuantile } from "./normal.ts";

/** Two-sided level and the power wanted. */
export interface Design {
  readonly alpha: number;
  readonly power: number;
}

/** z_{1−α/2} + z_{power}: by how many standard errors an effect must exceed 0. */
function requiredZ(design: Design): number {
  return normalUpperQuantile(design.alpha / 2) + normalUpperQuantile(1 - design.power);
}

/**
 * Users an arm for telling share p₂ from p₁: (z + z)² deff (p₁q₁ + p₂q₂) / (p₂ − p₁)², not rounded;
 * Infinity for equal shares.
 *
 * @param designEffect variance over that of independent users; 1 for one outcome a user.
 */
export function usersForProportions(
  shares: readonly [number, number],
  design: Design,
  designEffect = 1,
): number {
  const [p1, p2] = shares;
  const variance = designEffect * (p1 * (1 - p1) + p2 * (1 - p2));
  return (requiredZ(design) ** 2 * variance) / (p2 - p1) ** 2;
}

/** Cohen's h: the difference of two shares on the arcsine scale. */
export function cohensH(shares: readonly [number, number]): number {
  return 2 * Math.asin(Math.sqrt(shares[1])) - 2 * Math.asin(Math.sqrt(shares[0]));
}

/** Users an arm on the arcsine scale, as statsmodels has it; not rounded. */
export function usersForProportionsArcsine(
  shares: readonly [number, number],
  design: Design,
): number {
  return 2 * (requiredZ(design) / cohensH(shares)) ** 2;
}

/**
 * Users an arm for proving that a share p is not worse by `margin`, when it is equal:
 * (z_α + z_power)² 2 p q / m², one-sided α; not rounded.
 */
export function usersForNonInferiority(share: number, margin: number, design: Design): number {
  const z = normalUpperQuantile(design.alpha) + normalUpperQuantile(1 - design.power);
  return (z * z * 2 * share * (1 - share)) / (margin * margin);
}

/** The least effect seen with the design's power, for a standard error planned. */
export function minimalDetectableEffect(plannedSe: number, design: Design): number {
  return requiredZ(design) * plannedSe;
}

/**
 * P(|z| beyond the critical value) when the effect is real; both sides count.
 *
 * @param criticalZ z_{1−α/2}, or a confidence sequence's multiplier at the planned users.
 */
export function powerOfEffect(effect: number, se: number, criticalZ: number): number {
  return normalSurvival(criticalZ - effect / se) + normalCdf(-criticalZ - effect / se);
}

/** P(non-inferiority within the margin is proven | no difference), one-sided alpha. */
export function nonInferiorityPower(margin: number, se: number, alpha: number): number {
  return normalCdf(margin / se - normalUpperQuantile(alpha));
}

/** Of one arm: a mean per user, its variance over users, and how many users are planned. */
export interface PlannedMean {
  readonly mean: number;
  readonly userVariance: number;
  readonly usersPerArm: number;
}

/** Standard error of the lift, if nightly's mean is (1 + lift) × main's with the same variance. */
export function plannedLiftSe(planned: PlannedMean, lift: number): number {
  const variance = planned.userVariance / planned.usersPerArm;
  const main: ArmEstimate = { n: planned.usersPerArm, value: planned.mean, variance };
  const nightly = { ...main, value: planned.mean * (1 + lift) };
  return Math.sqrt(liftVariance(main, nightly));
}

/**
 * The least positive lift seen with the given power, where the standard error grows with the lift
 * as in {@link plannedLiftSe}: the root of lift² = k² v (1 + (1 + lift)²) with v = σ² / (n μ²).
 * Infinity where none is: k² v ≥ 1.
 *
 * @param criticalZ as in {@link powerOfEffect}.
 */
export function minimalDetectableLift(
  planned: PlannedMean,
  criticalZ: number,
  power: number,
): number {
  const k = criticalZ + normalUpperQuantile(1 - power);
  const v = (k * k * planned.userVariance) / (planned.usersPerArm * planned.mean * planned.mean);
  // (1 − v) L² − 2 v L − 2 v = 0
  return v >= 1 ? Infinity : (v + Math.sqrt(v * v + 2 * v * (1 - v))) / (1 - v);
}

/** Where a group-sequential trial stands, and the last bound it has to pass. */
export interface TrialState {
  /** z now. */
  readonly z: number;
  /** Information fraction now, in (0, 1). */
  readonly fraction: number;
  /** |z| to be reached at fraction 1. */
  readonly finalBound: number;
}

/**
 * P(z ≥ the final bound at fraction 1 | z now), if the effect goes on as it was seen ("current
 * trend"), or with the drift given: E z at fraction 1 (Lan & Wittes, Biometrics 44, 1988).
 * At fraction ≥ 1 it is 0 or 1.
 */
export function conditionalPower(
  state: TrialState,
  drift = state.z / Math.sqrt(state.fraction),
): number {
  const { z, fraction, finalBound } = state;
  const left = 1 - fraction;
  if (left <= 0) return z >= finalBound ? 1 : 0;
  return normalSurvival((finalBound - z * Math.sqrt(fraction) - drift * left) / Math.sqrt(left));
}

/**
 * Hours at the full weight until enough users an arm are mature, or Infinity if the forecast ends
 * before: those first exposed in hours [0, h − w) are mature at h.
 *
 * @param newUsersByHour users an arm first exposed in each hour of the run.
 */
export function runLengthHours(
  usersPerArm: number,
  newUsersByHour: readonly number[],
  attributionHours: number,
): number {
  let users = 0;
  for (const [hour, fresh] of newUsersByHour.entries()) {
    users += fresh;
    if (users >= usersPerArm) return hour + 1 + attributionHours;
  }
  return Infinity;
}
