import type { Notice } from "@canarec/db-utils/notices/notice-repository";
import type { Release } from "@canarec/db-utils/releases/release-repository";
import { noticeText, percent, utcTime } from "@canarec/service-kit/notice-text";
import type { ReleasePlan } from "../contract/release-plan.ts";
import { desired } from "../rollout/desired.ts";
import type { Rollout, RolloutState } from "../rollout/rollout.ts";
import type { Transition } from "../rollout/transitions.ts";

/** What operators are told of, by the state that begins. */
const HEADLINES: Readonly<Partial<Record<RolloutState, string>>> = {
  preparing: "is being prepared",
  shadowing: "is shadowed: users see main",
  ramping: "takes more users",
  evaluating: "is being evaluated",
  extending: "needs longer to be judged",
  holding: "is held",
  promoting: "is to become main",
  promoted: "is main now",
  "rolling-back": "is being taken back: main serves all",
  "rolled-back": "was taken back",
  aborted: "was aborted",
  "failed-to-start": "failed to start: main is untouched",
};

/** A roll-back that ends sooner is told once, when it begins: main serves all from then on. */
const TOLD_APART_MS = 60_000;

/** A release with the rollout that a transition leaves. */
export interface Changing {
  readonly release: Pick<Release, "releaseId" | "ref" | "code" | "tag">;
  readonly plan: ReleasePlan;
  readonly rollout: Rollout;
}

/** The message of a change of a rollout; undefined for one that is not worth a word. */
export function noticeOf(
  transition: Transition,
  sequence: number,
  { release, plan, rollout: before }: Changing,
): Notice | undefined {
  const { to, reason, actor } = transition;
  const headline = HEADLINES[to.state];
  if (headline === undefined || endsAtOnce(before, to)) return undefined;
  const { releaseId } = release;
  const by = actor === "controller" ? "" : ` (${actor})`;
  return {
    key: `release-${releaseId}-${sequence}`,
    kind: to.state,
    text: noticeText({
      what: `Release ${releaseId} (${nameOf(release)}) ${headline}${by}: ${reason}`,
      users: usersOf({ before, to, plan }),
      since: new Date(to.state === "holding" ? (to.held?.sinceMs ?? to.sinceMs) : to.sinceMs),
      done: doneIn({ before, to, plan }),
      look: `canarec release explain ${releaseId}`,
    }),
  };
}

function endsAtOnce(before: Rollout, to: Rollout): boolean {
  const isOver = before.state === "rolling-back" && to.state === "rolled-back";
  return isOver && to.sinceMs - before.sinceMs < TOLD_APART_MS;
}

/** The tag that asked for it, else its ref, beside the commit, which is said once where the ref is one. */
function nameOf({ ref, code, tag }: Changing["release"]): string {
  const commit = code.slice(0, 12);
  const name = tag ?? ref;
  return /^[0-9a-f]{7,40}$/.test(name) && code.startsWith(name) ? commit : `${name}, ${commit}`;
}

interface Change {
  readonly before: Rollout;
  readonly to: Rollout;
  readonly plan: ReleasePlan;
}

/** Which users meet the change. */
function usersOf({ before, to, plan }: Change): string {
  if (to.state === "promoting" || to.state === "promoted") return "all users get it";
  if (before.state === "promoted") return "all users, who had it, get the main before it";
  const [had, has] = [shareOf(before, plan), shareOf(to, plan)];
  if (has === 0 && had === 0) return "none: all get main";
  if (has === 0) {
    const since = utcTime(new Date(before.sinceMs));
    return `${percent(had)} of the users, who had it since ${since} at the latest, get main again`;
  }
  if (has === had) return `${percent(has)} of the users have it, as before`;
  return `${percent(has)} of the users get it, ${had === 0 ? "none" : percent(had)} before`;
}

/** Of the users on nightly, while nobody loses the lease. */
function shareOf(rollout: Rollout, plan: ReleasePlan): number {
  const main = { releaseId: 0, replicas: 1 };
  return desired(main, { rollout, plan }, rollout.sinceMs).weight;
}

/** What the control plane does by itself in the state that begins. */
function doneIn({ before, to, plan }: Change): string {
  const at = (seconds: number) => utcTime(new Date(to.sinceMs + seconds * 1_000));
  switch (to.state) {
    case "preparing":
      return "code and bundle are being made, then the offline gate is asked";
    case "shadowing":
      return `its replicas are warm; ${percent(plan.shadow.share)} of the requests are sent to it too, after their answers`;
    case "ramping":
      return "its weight is set; it is judged, and taken back by itself where harm is proven";
    case "evaluating":
    case "extending":
      return `the decision's clock runs; the verdict is due after ${at(clockSeconds(to, plan))}`;
    case "holding":
      return holdingDone(to, at(plan.holdLimitSeconds));
    case "promoting":
      return "the replicas that were tested take over; the old ones stay warm";
    case "promoted":
      return `the main before it stays warm until ${at(plan.rollbackWindowSeconds)}: canarec release rollback`;
    case "rolling-back":
      return before.state === "promoted"
        ? "the main before it is warm and takes over; its replicas are drained"
        : "its weight is 0; its replicas are drained and stopped";
    case "rolled-back":
    case "aborted":
    case "failed-to-start":
      return "its replicas are stopped; main serves as before";
    case "queued":
    case "warming":
      return "nothing more";
  }
}

/** Of the evaluation and its extension, less what has run already; the clock's stops included. */
function clockSeconds(to: Rollout, plan: ReleasePlan): number {
  const { seconds, extensionSeconds } = plan.evaluation;
  const wholeSeconds = seconds + (to.extended ? (extensionSeconds ?? 0) : 0);
  const runSeconds = (to.sinceMs - (to.windowStartedAtMs ?? to.sinceMs)) / 1_000 - to.heldSeconds;
  return Math.max(0, wholeSeconds - runSeconds);
}

function holdingDone({ held }: Rollout, limit: string): string {
  switch (held?.cause) {
    case "data":
      return `the decision's clock stands; it goes on when data are back, or is taken back after ${limit}`;
    case "lease":
      return "main serves all; it waits for canarec release resume, or abort";
    case "verdict":
      return `it waits for you: canarec release resume, promote or abort; without a word it is taken back after ${limit}`;
    case "operator":
    case undefined:
      return "the decision's clock stands; it waits for canarec release resume, or abort";
  }
}
