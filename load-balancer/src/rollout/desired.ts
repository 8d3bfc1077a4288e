import type { ReleasePlan } from "../contract/release-plan.ts";
import type { Rollout } from "./rollout.ts";
import { SHADOW_STEP, weightOf } from "./steps.ts";

/** A release that shall run, in so many replicas. */
export interface Running {
  readonly releaseId: number;
  readonly replicas: number;
}

/** What a controller works towards. */
export interface Desired {
  /** Who serves main's users. */
  readonly main: Running;
  /** Who serves nightly's; null: nobody. */
  readonly nightly: Running | null;
  /** Runs, and serves nobody: it gets ready, or stays warm for a way back. */
  readonly aside: readonly Running[];
  readonly weight: number;
  readonly shadowShare: number;
  readonly step: number;
  /** Of the assignment; null: nobody is assigned. */
  readonly salt: string | null;
}

/** A release under way, with its plan. */
export interface Underway {
  readonly rollout: Rollout;
  readonly plan: ReleasePlan;
}

/**
 * What shall be while a rollout is in its state. Only this says what a state means.
 *
 * @param main the release that was main before this rollout, or is without one, in its usual number.
 */
export function desired(
  main: { readonly releaseId: number; readonly replicas: number },
  underway: Underway | undefined,
  nowMs: number,
): Desired {
  const alone = { main, nightly: null, aside: [], weight: 0, shadowShare: 0, step: 0, salt: null };
  if (underway === undefined) return alone;
  const { rollout, plan } = underway;
  const nightly = { releaseId: rollout.releaseId, replicas: plan.replicas };
  const equal = { ...main, replicas: Math.max(main.replicas, plan.replicas) };
  switch (rollout.state) {
    case "warming":
      return { ...alone, aside: [nightly] };
    case "shadowing":
    case "ramping":
    case "evaluating":
    case "extending":
    case "holding":
      return { ...serving({ rollout, plan }), main: equal, nightly, aside: [] };
    case "promoting":
      return { ...alone, main: grown(nightly, main), aside: [equal] };
    case "promoted": {
      const warmUntilMs = (rollout.promotedAtMs ?? 0) + plan.rollbackWindowSeconds * 1_000;
      return { ...alone, main: grown(nightly, main), aside: nowMs < warmUntilMs ? [main] : [] };
    }
    case "queued":
    case "preparing":
    case "rolling-back":
    case "rolled-back":
    case "aborted":
    case "failed-to-start":
      return alone;
  }
}

/** As many replicas as main had. */
function grown(nightly: Running, main: Running): Running {
  return { ...nightly, replicas: Math.max(nightly.replicas, main.replicas) };
}

function serving({ rollout, plan }: Underway) {
  const { step, salt, held } = rollout;
  const keepsWeight = held?.keepsWeight ?? true;
  const shadows = step === SHADOW_STEP && keepsWeight;
  return {
    weight: keepsWeight ? weightOf(plan, step) : 0,
    shadowShare: shadows ? plan.shadow.share : 0,
    step,
    salt,
  };
}
