import type { Verdict } from "../contract/verdict.ts";
import { type Rollout, type RolloutState, saltOf, timesDrawn } from "./rollout.ts";

/** What an operator asked for. */
export interface Command {
  readonly kind: "pause" | "resume" | "promote" | "abort" | "rollback";
  readonly actor: string;
  readonly reason: string;
}

/** What the controller sees of a rollout and its surroundings. */
export interface Observations {
  /** Milliseconds since 1970, by a clock that does not jump while a controller runs. */
  readonly nowMs: number;
  /** No release before this one is under way. */
  readonly isTurn: boolean;
  /** An operator puts it in place as it is: nobody judges it. */
  readonly isEmergency?: boolean;
  readonly command?: Command;
  /** Of code and bundle; with a note on how they were found. */
  readonly preparation:
    | { readonly kind: "pending" }
    | { readonly kind: "done"; readonly note?: string }
    | { readonly kind: "failed"; readonly reason: string; readonly lastLines: readonly string[] };
  /** Nightly's replicas that have loaded, warmed and said that they are ready. */
  readonly nightlyReady: number;
  /** Main's. */
  readonly mainReady: number;
  /** Nightly's replicas cannot be started, or do not get ready. */
  readonly startFailure?: { readonly reason: string; readonly lastLines: readonly string[] };
  /** Row 0 of the decision table: nightly is plainly unwell. */
  readonly unhealthy?: { readonly reason: string; readonly evidence: unknown };
  /** Every data plane has what this state wants of it. */
  readonly settled: boolean;
  /** Version of the newest routing snapshot. */
  readonly snapshotVersion: number;
  /** A data plane went back to main by itself. */
  readonly leaseLost: boolean;
  /** Since the judge last said anything about this window, or could have begun to. */
  readonly judgeSilentSeconds?: number;
  /** The judge's newest word on this window. */
  readonly verdict?: Verdict;
  /** Nightly's replicas are drained and stopped. */
  readonly nightlyGone: boolean;
}

/** A change of a rollout: written first, then acted on. */
export interface Transition {
  readonly to: Rollout;
  readonly actor: string;
  readonly reason: string;
  readonly evidence: unknown;
}

/** States in which users may be on nightly. */
export const SERVING: readonly RolloutState[] = [
  "shadowing",
  "ramping",
  "evaluating",
  "extending",
  "holding",
];

/** Why something changes; a reason alone is the controller's own. */
export interface Why {
  readonly reason: string;
  readonly actor?: string;
  readonly evidence?: unknown;
}

function whyOf(why: Why | string): Why {
  return typeof why === "string" ? { reason: why } : why;
}

/** A change of state with nothing else in it. */
export function move(
  rollout: Rollout,
  seen: Pick<Observations, "nowMs">,
  state: RolloutState,
  why: Why | string,
): Transition {
  const { reason, actor = "controller", evidence = {} } = whyOf(why);
  return { to: { ...rollout, state, sinceMs: seen.nowMs }, actor, reason, evidence };
}

/** The decision's clock starts with the first routing snapshot of the step. */
export function beginWindow(rollout: Rollout, seen: Observations): Rollout {
  return {
    ...rollout,
    windowStartedAtMs: seen.nowMs,
    heldSeconds: 0,
    evaluationSnapshotVersion: seen.snapshotVersion + 1,
  };
}

/** Stop the decision's clock. */
export function hold(
  rollout: Rollout,
  seen: Observations,
  cause: "data" | "lease" | "operator" | "verdict",
  why: Why | string,
): Transition {
  const states = ["shadowing", "ramping", "evaluating", "extending"] as const;
  const state = rollout.held?.state ?? states.find((one) => one === rollout.state) ?? "shadowing";
  const sinceMs = rollout.held?.sinceMs ?? seen.nowMs;
  const held = { state, cause, sinceMs, keepsWeight: cause !== "lease" };
  return move({ ...rollout, held }, seen, "holding", why);
}

/**
 * Leave a hold for what was before: the same window with its clock stood still, or, where users have
 * been moved to main meanwhile, a new one for users drawn anew.
 */
export function goOn(
  rollout: Rollout,
  seen: Observations,
  why: Why | string,
): Transition | undefined {
  const { held } = rollout;
  if (held === null) return undefined;
  const stoodSeconds = (seen.nowMs - held.sinceMs) / 1_000;
  const same = { ...rollout, held: null, heldSeconds: rollout.heldSeconds + stoodSeconds };
  const resumed = held.keepsWeight ? same : drawAnew(same, seen);
  const state = held.keepsWeight || held.state !== "extending" ? held.state : "evaluating";
  return move(resumed, seen, state, why);
}

function drawAnew(rollout: Rollout, seen: Observations): Rollout {
  const salt = saltOf(rollout.releaseId, timesDrawn(rollout) + 1);
  const anew = { ...rollout, salt, window: rollout.window + 1, extended: false };
  return beginWindow(anew, seen);
}
