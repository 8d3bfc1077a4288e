import type { ReleasePlan } from "../contract/release-plan.ts";
import { type Observations, SERVING, type Transition, goOn, hold, move } from "./transitions.ts";
import type { Rollout } from "./rollout.ts";

/** Why a command cannot be obeyed in this state; undefined where it can. */
export function commandProblem(
  rollout: Pick<Rollout, "state" | "promotedAtMs">,
  plan: Pick<ReleasePlan, "rollbackWindowSeconds">,
  kind: NonNullable<Observations["command"]>["kind"],
  nowMs: number,
): string | undefined {
  const { state } = rollout;
  const not = `the release is ${state}`;
  switch (kind) {
    case "pause":
      return SERVING.includes(state) && state !== "holding" ? undefined : not;
    case "resume":
      return state === "holding" ? undefined : not;
    case "promote":
      return SERVING.includes(state) ? undefined : not;
    case "abort":
      return SERVING.includes(state) || ["queued", "preparing", "warming"].includes(state)
        ? undefined
        : not;
    case "rollback": {
      if (state !== "promoted" || rollout.promotedAtMs === null) return not;
      const since = (nowMs - rollout.promotedAtMs) / 1_000;
      return since <= plan.rollbackWindowSeconds
        ? undefined
        : `its rollback window of ${plan.rollbackWindowSeconds} s has ended`;
    }
  }
}

/** The change that an operator's command makes; undefined without one, or with one that is too late. */
export function decideCommand(
  rollout: Rollout,
  plan: ReleasePlan,
  seen: Observations,
): Transition | undefined {
  const { command } = seen;
  if (command === undefined) return undefined;
  if (commandProblem(rollout, plan, command.kind, seen.nowMs) !== undefined) return undefined;
  switch (command.kind) {
    case "pause":
      return hold(rollout, seen, "operator", command);
    case "resume":
      return goOn(rollout, seen, command);
    case "promote":
      return move({ ...rollout, held: null }, seen, "promoting", command);
    case "abort": {
      const started = SERVING.includes(rollout.state) || rollout.state === "warming";
      const to = { ...rollout, ending: "aborted" as const };
      return move(to, seen, started ? "rolling-back" : "aborted", command);
    }
    case "rollback":
      return move(rollout, seen, "rolling-back", command);
  }
}
