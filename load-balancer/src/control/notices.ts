import type { Notice, Release } from "@canarec/db-utils/releases/release-repository";
import type { Transition } from "../rollout/transitions.ts";
import type { Rollout } from "../rollout/rollout.ts";

/** What operators are told of, by the state that begins. */
const HEADLINES: Readonly<Partial<Record<Rollout["state"], string>>> = {
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

/** A message that is readable in ten seconds: what, why, and where to look closer. */
export function noticeOf(
  { to, reason, actor }: Transition,
  sequence: number,
  { releaseId, ref, code }: Pick<Release, "releaseId" | "ref" | "code">,
): Notice | undefined {
  const headline = HEADLINES[to.state];
  if (headline === undefined) return undefined;
  const by = actor === "controller" ? "" : ` (${actor})`;
  return {
    key: `release-${releaseId}-${sequence}`,
    kind: to.state,
    text:
      `Release ${releaseId} (${ref}, ${code.slice(0, 12)}) ${headline}${by}: ${reason}\n` +
      `canarec release explain ${releaseId}`,
  };
}
