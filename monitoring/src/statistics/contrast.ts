import { normalSurvival } from "./normal.ts";
import { type Undefined, undefinedBecause } from "./undefined.ts";

/** What an arm shows: an estimate over n users with the variance of the estimate. */
export interface ArmEstimate {
  readonly n: number;
  readonly value: number;
  /** Square of the standard error. */
  readonly variance: number;
}

/** Absolute: nightly − main, in the metric's unit. Relative: nightly / main − 1. */
export type Scale = "absolute" | "relative";

/** Nightly against main. Swapping the arms negates an absolute contrast. */
export interface Contrast {
  readonly kind: "contrast";
  readonly scale: Scale;
  readonly value: number;
  readonly se: number;
  /** value / se. */
  readonly z: number;
  /** Two-sided, of the normal distribution. */
  readonly p: number;
  /** Users of both arms. */
  readonly users: number;
}

/** Variance of nightly − main. */
export function differenceVariance(main: ArmEstimate, nightly: ArmEstimate): number {
  return main.variance + nightly.variance;
}

/** Variance of nightly / main − 1 by the delta method; main.value must not be 0. */
export function liftVariance(main: ArmEstimate, nightly: ArmEstimate): number {
  const base = main.value * main.value;
  const slope = nightly.value / base;
  return nightly.variance / base + main.variance * slope * slope;
}

/**
 * Compares two independent estimates. Undefined without variance, and for a relative contrast
 * with a base of 0.
 */
export function contrastOf(
  main: ArmEstimate,
  nightly: ArmEstimate,
  scale: Scale,
): Contrast | Undefined {
  if (scale === "relative" && main.value === 0) return undefinedBecause("no_denominator");
  const variance =
    scale === "absolute" ? differenceVariance(main, nightly) : liftVariance(main, nightly);
  if (!(variance > 0)) return undefinedBecause("no_variance");
  const value =
    scale === "absolute" ? nightly.value - main.value : (nightly.value - main.value) / main.value;
  const se = Math.sqrt(variance);
  const z = value / se;
  const p = 2 * normalSurvival(Math.abs(z));
  return { kind: "contrast", scale, value, se, z, p, users: main.n + nightly.n };
}
