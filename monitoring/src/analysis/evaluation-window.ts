import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import type { Rollout } from "@canarec/load-balancer/rollout/rollout";
import { evaluationStep } from "@canarec/load-balancer/rollout/steps";

/** The evaluation of a release under way; one that was resumed after a hold has a new one with a new salt. */
export interface EvaluationWindow {
  /** When the evaluation's step began. */
  readonly startedAtMs: number;
  /** So long the decision's clock has stood since. */
  readonly heldSeconds: number;
  /** The plan's extension was granted. */
  readonly extended: boolean;
  /** First snapshot version of the evaluation's step. */
  readonly firstSnapshotVersion: number;
}

/** Strata of the evaluation's planned time: 12 of 1 h in the standard plan. */
const STRATA = 12;
const LONGEST_STRATUM_SECONDS = 3_600;

/** Length of the strata by time of entry: an hour, or a twelfth of a shorter evaluation. */
export function stratumSeconds({ evaluation }: Pick<ReleasePlan, "evaluation">): number {
  return Math.min(LONGEST_STRATUM_SECONDS, Math.max(1, evaluation.seconds / STRATA));
}

/** The stratum of a first exposure, from 0. */
export function stratumOf(plan: Pick<ReleasePlan, "evaluation">, elapsedMs: number): number {
  return Math.max(0, Math.floor(elapsedMs / 1_000 / stratumSeconds(plan)));
}

/** The decision's clock, in seconds of the plan. */
export function clockSeconds(window: EvaluationWindow, nowMs: number): number {
  return Math.max(0, (nowMs - window.startedAtMs) / 1_000 - window.heldSeconds);
}

/** Which look is due; 0 while none is. The second is the end of the extension. */
export function dueLook(
  plan: Pick<ReleasePlan, "evaluation">,
  window: EvaluationWindow,
  nowMs: number,
): 0 | 1 | 2 {
  const { seconds, extensionSeconds } = plan.evaluation;
  const clock = clockSeconds(window, nowMs);
  if (extensionSeconds !== null && clock >= seconds + extensionSeconds) return 2;
  return clock >= seconds && !window.extended ? 1 : 0;
}

/** When the last user that a look judges was first exposed, at the latest. */
export function entryEndMs(
  plan: Pick<ReleasePlan, "evaluation" | "attributionSeconds">,
  window: EvaluationWindow,
  look: 1 | 2,
): number {
  return window.startedAtMs + strataAtLook(plan, window, look) * stratumSeconds(plan) * 1_000;
}

/**
 * The strata that a look judges: [0, n) such that each of their users had the whole attribution window
 * by the time of the look. So a look gives the same answer however late it is taken.
 */
export function strataAtLook(
  plan: Pick<ReleasePlan, "evaluation" | "attributionSeconds">,
  window: EvaluationWindow,
  look: 1 | 2,
): number {
  const { seconds, extensionSeconds } = plan.evaluation;
  const at = seconds + (look === 2 ? (extensionSeconds ?? 0) : 0) + window.heldSeconds;
  return Math.max(0, Math.floor((at - plan.attributionSeconds) / stratumSeconds(plan) + 1e-9));
}

/** The evaluation at a moment; undefined before its step. The hold that lasts counts up to then. */
export function windowAt(
  { rollout, plan }: { readonly rollout: Rollout; readonly plan: ReleasePlan },
  atMs: number,
): EvaluationWindow | undefined {
  const { step, windowStartedAtMs, evaluationSnapshotVersion, held, extended } = rollout;
  if (step !== evaluationStep(plan)) return undefined;
  if (windowStartedAtMs === null || evaluationSnapshotVersion === null) return undefined;
  const holdSeconds = held === null ? 0 : Math.max(0, atMs - held.sinceMs) / 1_000;
  return {
    startedAtMs: windowStartedAtMs,
    heldSeconds: rollout.heldSeconds + holdSeconds,
    extended,
    firstSnapshotVersion: evaluationSnapshotVersion,
  };
}
