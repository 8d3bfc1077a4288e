import type { ReleasePlan } from "../contract/release-plan.ts";

/** Shadowing, for which nobody is on nightly. */
export const SHADOW_STEP = 1;

/** Number of the first step of the ramp; without a ramp that of the evaluation. */
export const FIRST_RAMP_STEP = 2;

/** Number of the step in which a plan's releases are evaluated. */
export function evaluationStep({ ramp }: Pick<ReleasePlan, "ramp">): number {
  return FIRST_RAMP_STEP + ramp.length;
}

/** Share of the users on nightly in a step; 0 outside the ramp and the evaluation. */
export function weightOf(plan: Pick<ReleasePlan, "ramp" | "evaluation">, step: number): number {
  if (step === evaluationStep(plan)) return plan.evaluation.weight;
  return plan.ramp[step - FIRST_RAMP_STEP]?.weight ?? 0;
}

/** How long a step lasts, in seconds; undefined for the evaluation, which a verdict ends. */
export function secondsOf(
  plan: Pick<ReleasePlan, "ramp" | "shadow">,
  step: number,
): number | undefined {
  if (step === SHADOW_STEP) return plan.shadow.seconds;
  return plan.ramp[step - FIRST_RAMP_STEP]?.seconds;
}
