import type { ArmEstimate } from "./contrast.ts";
import { normalCdf, normalUpperQuantile } from "./normal.ts";
import { type Undefined, undefinedBecause } from "./undefined.ts";

/** The declared margin; a metric that is better when higher is negated by `higherIs`. */
export interface NonInferiorityPlan {
  readonly higherIs: "worse" | "better";
  /** m > 0: how much worse is still acceptable. */
  readonly margin: number;
  /** Absolute: in the metric's unit. Relative: as a share of main's value, m · R_C. */
  readonly marginScale: "absolute" | "relative";
  /** One-sided. */
  readonly alpha: number;
}

/**
 * All differences are "worse is positive". `harm`: the lower bound is above the margin.
 * `non_inferior`: the upper bound is below it. `unknown`: too little data for either, which is
 * no pass: "not significantly worse" is not non-inferior.
 */
export interface NonInferiority {
  readonly kind: "harm" | "non_inferior" | "unknown";
  /** By how much nightly is worse. */
  readonly difference: number;
  /** The margin in the metric's unit. */
  readonly margin: number;
  /** Of difference − margin; with a relative margin main's part counts (1 ± m)². */
  readonly se: number;
  /** (difference − margin) / se. */
  readonly z: number;
  /** P(Z ≤ z): small where nightly is non-inferior. */
  readonly p: number;
  readonly lower: number;
  readonly upper: number;
}

/** Normal test of non-inferiority and of harm beyond the margin, from the arms' estimates. */
export function nonInferiority(
  main: ArmEstimate,
  nightly: ArmEstimate,
  plan: NonInferiorityPlan,
): NonInferiority | Undefined {
  const sign = plan.higherIs === "worse" ? 1 : -1;
  const relative = plan.marginScale === "relative";
  if (relative && main.value === 0) return undefinedBecause("no_denominator");
  const margin = relative ? plan.margin * Math.abs(main.value) : plan.margin;
  // Worse by more than m |R_C|: nightly beyond (1 ± m) R_C, whose variance is (1 ± m)² v_C.
  const base = relative ? 1 + sign * plan.margin * Math.sign(main.value) : 1;
  const variance = nightly.variance + base * base * main.variance;
  if (!(variance > 0)) return undefinedBecause("no_variance");
  const difference = sign * (nightly.value - main.value);
  const se = Math.sqrt(variance);
  const z = (difference - margin) / se;
  const half = normalUpperQuantile(plan.alpha) * se;
  const [lower, upper] = [difference - half, difference + half];
  const kind = lower > margin ? "harm" : upper < margin ? "non_inferior" : "unknown";
  return { kind, difference, margin, se, z, p: normalCdf(z), lower, upper };
}
