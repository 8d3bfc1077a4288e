import type { ReleasePlan } from "../contract/release-plan.ts";
import type { Verdict } from "../contract/verdict.ts";
import { decideCommand } from "./decide-command.ts";
import { ENDED, type Rollout, type RolloutState, saltOf, timesDrawn } from "./rollout.ts";
import { FIRST_RAMP_STEP, SHADOW_STEP, evaluationStep, secondsOf, weightOf } from "./steps.ts";

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
  /** Of code and bundle. */
  readonly preparation:
    | { readonly kind: "pending" | "done" }
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

/** What may follow what. */
export const NEXT: Readonly<Record<RolloutState, readonly RolloutState[]>> = {
  queued: ["preparing", "aborted"],
  preparing: ["warming", "failed-to-start", "aborted"],
  warming: ["shadowing", "promoting", "failed-to-start", "rolling-back"],
  shadowing: ["ramping", "evaluating", "holding", "promoting", "rolling-back"],
  ramping: ["ramping", "evaluating", "holding", "promoting", "rolling-back"],
  evaluating: ["extending", "promoting", "holding", "rolling-back"],
  extending: ["promoting", "holding", "rolling-back"],
  holding: ["shadowing", "ramping", "evaluating", "extending", "promoting", "rolling-back"],
  promoting: ["promoted", "rolling-back"],
  promoted: ["rolling-back"],
  "rolling-back": ["rolled-back", "aborted"],
  "rolled-back": [],
  aborted: [],
  "failed-to-start": [],
};

/** States in which users may be on nightly. */
export const SERVING: readonly RolloutState[] = [
  "shadowing",
  "ramping",
  "evaluating",
  "extending",
  "holding",
];

/**
 * The next change of a rollout, if there is one now. What hurts users comes first, then what an operator
 * asked for, then the plan.
 */
export function decide(
  rollout: Rollout,
  plan: ReleasePlan,
  seen: Observations,
): Transition | undefined {
  const { state } = rollout;
  if (ENDED.includes(state) && state !== "promoted") return undefined;
  const unwell = decideUnwell(rollout, seen);
  if (unwell !== undefined) return unwell;
  const commanded = decideCommand(rollout, plan, seen);
  if (commanded !== undefined) return commanded;
  switch (state) {
    case "queued":
      return seen.isTurn ? move(rollout, seen, "preparing", "it is its turn") : undefined;
    case "preparing":
      return decidePreparing(rollout, seen);
    case "warming":
      return decideWarming(rollout, plan, seen);
    case "shadowing":
    case "ramping":
      return decideByVerdict(rollout, plan, seen) ?? decideStep(rollout, plan, seen);
    case "evaluating":
    case "extending":
      return decideByVerdict(rollout, plan, seen);
    case "holding":
      return decideHolding(rollout, plan, seen);
    case "promoting":
      if (!seen.settled) return undefined;
      return move(
        { ...rollout, promotedAtMs: seen.nowMs },
        seen,
        "promoted",
        "its replicas are main",
      );
    case "rolling-back":
      if (!seen.settled || !seen.nightlyGone) return undefined;
      return move(rollout, seen, rollout.ending, "nobody is on nightly, which has ended");
    case "promoted":
    case "rolled-back":
    case "aborted":
    case "failed-to-start":
      return undefined;
  }
}

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

function decideUnwell(rollout: Rollout, seen: Observations): Transition | undefined {
  if (!SERVING.includes(rollout.state) && rollout.state !== "promoting") return undefined;
  if (seen.unhealthy !== undefined) {
    return move({ ...rollout, ending: "rolled-back" }, seen, "rolling-back", seen.unhealthy);
  }
  if (!seen.leaseLost || rollout.held?.cause === "lease") return undefined;
  if (rollout.state === "promoting" || rollout.state === "shadowing") return undefined;
  return hold(rollout, seen, "lease", "nobody renewed the lease in time: main serves all");
}

function decidePreparing(rollout: Rollout, seen: Observations): Transition | undefined {
  const { preparation } = seen;
  if (preparation.kind === "failed") {
    const evidence = { lastLines: preparation.lastLines };
    return move(rollout, seen, "failed-to-start", { reason: preparation.reason, evidence });
  }
  return preparation.kind === "done"
    ? move(rollout, seen, "warming", "code and bundle are there")
    : undefined;
}

function decideWarming(
  rollout: Rollout,
  plan: ReleasePlan,
  seen: Observations,
): Transition | undefined {
  if (seen.startFailure !== undefined) {
    const { reason, lastLines } = seen.startFailure;
    return move(rollout, seen, "failed-to-start", { reason, evidence: { lastLines } });
  }
  if (seen.nightlyReady < plan.replicas) return undefined;
  if (seen.isEmergency === true) {
    return move(rollout, seen, "promoting", "its replicas are ready; nobody judges it");
  }
  const shadowing = { ...rollout, step: SHADOW_STEP, window: 1, windowStartedAtMs: seen.nowMs };
  return move(shadowing, seen, "shadowing", `${seen.nightlyReady} replicas are ready and warm`);
}

function decideStep(
  rollout: Rollout,
  plan: ReleasePlan,
  seen: Observations,
): Transition | undefined {
  const seconds = secondsOf(plan, rollout.step) ?? 0;
  if (!seen.settled || seen.nowMs - rollout.sinceMs < seconds * 1_000) return undefined;
  const step = Math.max(rollout.step + 1, FIRST_RAMP_STEP);
  const share = `${weightOf(plan, step) * 100} % of the users`;
  if (step < evaluationStep(plan)) {
    return move({ ...rollout, step }, seen, "ramping", `nightly takes ${share}`);
  }
  // Equal machines: a nightly that runs nearly idle looks faster than it is.
  if (seen.mainReady < plan.replicas || seen.nightlyReady < plan.replicas) return undefined;
  return move(
    beginWindow({ ...rollout, step }, seen),
    seen,
    "evaluating",
    `nightly takes ${share}`,
  );
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

function decideByVerdict(
  rollout: Rollout,
  plan: ReleasePlan,
  seen: Observations,
): Transition | undefined {
  const { verdict } = seen;
  if (verdict === undefined || verdict.window !== rollout.window) return undefined;
  // An older word was about what was before.
  if (Date.parse(verdict.at) < rollout.sinceMs && verdict.action !== "roll-back") return undefined;
  const why = { reason: verdict.reason, evidence: { verdict } };
  const judged = rollout.state === "evaluating" || rollout.state === "extending";
  switch (verdict.action) {
    case "roll-back":
    case "weight-zero":
      return move({ ...rollout, ending: "rolled-back" }, seen, "rolling-back", why);
    case "hold":
      return hold(rollout, seen, verdict.kind === "no-data" ? "data" : "verdict", why);
    case "promote":
      return judged ? move(rollout, seen, "promoting", why) : undefined;
    case "extend":
      return rollout.state === "evaluating" && plan.evaluation.extensionSeconds !== null
        ? move({ ...rollout, extended: true }, seen, "extending", why)
        : undefined;
    case "keep-main":
      return judged ? move(rollout, seen, "rolling-back", why) : undefined;
    case "continue":
      return undefined;
  }
}

/** Stop the decision's clock. */
export function hold(
  rollout: Rollout,
  seen: Observations,
  cause: "data" | "lease" | "operator" | "verdict",
  why: Why | string,
): Transition {
  const { state } = rollout;
  const before =
    state === "holding"
      ? rollout.held?.state
      : (["shadowing", "ramping", "evaluating", "extending"] as const).find((one) => one === state);
  const keepsWeight = cause !== "lease" && (rollout.held?.keepsWeight ?? true);
  const sinceMs = rollout.held?.sinceMs ?? seen.nowMs;
  const held = { state: before ?? "shadowing", cause, sinceMs, keepsWeight };
  return move({ ...rollout, held }, seen, "holding", why);
}

function decideHolding(
  rollout: Rollout,
  plan: ReleasePlan,
  seen: Observations,
): Transition | undefined {
  const { held } = rollout;
  if (held === null) return undefined;
  const { verdict } = seen;
  const isNew = verdict !== undefined && Date.parse(verdict.at) > held.sinceMs;
  if (verdict !== undefined && isNew && verdict.window === rollout.window) {
    const why = { reason: verdict.reason, evidence: { verdict } };
    if (verdict.action === "roll-back" || verdict.action === "weight-zero") {
      return move(rollout, seen, "rolling-back", why);
    }
    if (held.cause === "data" && verdict.action === "continue") {
      return goOn(rollout, seen, { ...why, reason: "the data are back" });
    }
  }
  const heldSeconds = (seen.nowMs - held.sinceMs) / 1_000;
  if (held.cause !== "data" || heldSeconds < plan.holdLimitSeconds) return undefined;
  return move(rollout, seen, "rolling-back", `no data for ${Math.round(heldSeconds)} s`);
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
