import type { ReleasePlan } from "../contract/release-plan.ts";
import { decideCommand } from "./decide-command.ts";
import type { Rollout } from "./rollout.ts";
import { FIRST_RAMP_STEP, SHADOW_STEP, evaluationStep, secondsOf, weightOf } from "./steps.ts";
import {
  type Observations,
  SERVING,
  type Transition,
  beginWindow,
  goOn,
  hold,
  move,
} from "./transitions.ts";

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
      return (
        decideByVerdict(rollout, plan, seen) ??
        decideSilence(rollout, plan, seen) ??
        decideStep(rollout, plan, seen)
      );
    case "evaluating":
    case "extending":
      return decideByVerdict(rollout, plan, seen) ?? decideSilence(rollout, plan, seen);
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

function decideUnwell(rollout: Rollout, seen: Observations): Transition | undefined {
  if (!SERVING.includes(rollout.state) && rollout.state !== "promoting") return undefined;
  if (seen.unhealthy !== undefined) {
    return move(rollout, seen, "rolling-back", seen.unhealthy);
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
  if (preparation.kind === "pending") return undefined;
  const { note } = preparation;
  const reason = "code and bundle are there";
  return move(rollout, seen, "warming", note === undefined ? reason : `${reason}; ${note}`);
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
      return move(rollout, seen, "rolling-back", why);
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

/** A judge speaks every minute, in short evaluations every few seconds: so many of its words are missing. */
const SILENCE_SECONDS = { long: 300, short: 60 };
const SHORT_EVALUATION_SECONDS = 3_600;

/** Nobody judges: that is no data, and no reason to give a build more users. */
function decideSilence(
  rollout: Rollout,
  plan: ReleasePlan,
  seen: Observations,
): Transition | undefined {
  const { judgeSilentSeconds: silent = 0 } = seen;
  const isShort = plan.evaluation.seconds <= SHORT_EVALUATION_SECONDS;
  if (rollout.state === "shadowing") return undefined;
  if (silent < (isShort ? SILENCE_SECONDS.short : SILENCE_SECONDS.long)) return undefined;
  return hold(rollout, seen, "data", `nobody has judged it for ${Math.round(silent)} s`);
}

function decideHolding(
  rollout: Rollout,
  plan: ReleasePlan,
  seen: Observations,
): Transition | undefined {
  const { held } = rollout;
  if (held === null) return undefined;
  const { verdict } = seen;
  const isNews = verdict?.window === rollout.window && Date.parse(verdict.at) > held.sinceMs;
  if (isNews) {
    const why = { reason: verdict.reason, evidence: { verdict } };
    if (verdict.action === "roll-back" || verdict.action === "weight-zero") {
      return move(rollout, seen, "rolling-back", why);
    }
    if (held.cause === "data" && verdict.action === "continue") {
      return goOn(rollout, seen, { ...why, reason: "the data are back" });
    }
  }
  const heldSeconds = Math.round((seen.nowMs - held.sinceMs) / 1_000);
  if (heldSeconds < plan.holdLimitSeconds) return undefined;
  if (held.cause === "data") {
    return move(rollout, seen, "rolling-back", `no data for ${heldSeconds} s`);
  }
  // A question to the operators that nobody answered; what they or a lost lease hold is theirs to end.
  return held.cause === "verdict"
    ? move(rollout, seen, "rolling-back", `held for ${heldSeconds} s, and nobody decided`)
    : undefined;
}
