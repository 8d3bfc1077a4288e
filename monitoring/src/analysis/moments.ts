import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import type { RolloutState } from "@canarec/load-balancer/rollout/rollout";

/** States in which nightly has users, or had them a moment ago, and a verdict is wanted. */
const JUDGED: readonly RolloutState[] = ["ramping", "evaluating", "extending", "holding"];

export function isJudged(state: RolloutState): boolean {
  return JUDGED.includes(state);
}

const MINUTE_SECONDS = 60;
const SHORT_SECONDS = 5;
const SHORT_EVALUATION_SECONDS = 3_600;

/** Verdicts come every minute, of evaluations of an hour or less every five seconds. */
export function cadenceSeconds({ evaluation }: Pick<ReleasePlan, "evaluation">): number {
  return evaluation.seconds <= SHORT_EVALUATION_SECONDS ? SHORT_SECONDS : MINUTE_SECONDS;
}

/** The moment that a verdict made now is for: the last full minute, or five seconds. */
export function momentOf(plan: Pick<ReleasePlan, "evaluation">, nowMs: number): number {
  const cadenceMs = cadenceSeconds(plan) * 1_000;
  return Math.floor(nowMs / cadenceMs) * cadenceMs;
}

/** Late events are waited for so long after a window's end, or a quarter of a shorter window. */
const LATENESS_SECONDS = 60;
const LATENESS_SHARE = 0.25;

/** Who was first exposed by then is mature, once all events up to `completeToMs` are there. */
export function matureBeforeMs(
  { attributionSeconds }: Pick<ReleasePlan, "attributionSeconds">,
  completeToMs: number,
): number {
  const lateness = Math.min(LATENESS_SECONDS, attributionSeconds * LATENESS_SHARE);
  return completeToMs - (attributionSeconds + lateness) * 1_000;
}
