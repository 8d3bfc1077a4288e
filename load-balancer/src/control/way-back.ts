import type { Release } from "@canarec/db-utils/releases/release-repository";
import type { ReleasePlan } from "../contract/release-plan.ts";
import type { Desired, Running } from "../rollout/desired.ts";
import type { Rollout } from "../rollout/rollout.ts";

export interface Promoted {
  readonly plan: Pick<ReleasePlan, "rollbackWindowSeconds">;
  readonly rollout: Pick<Rollout, "promotedAtMs">;
}

/** The main before the one of now, while an operator may go back to it; undefined where there is none. */
export function stillWarm(
  promoted: Promoted | undefined,
  previous: Pick<Release, "releaseId"> | undefined,
  { mainReplicas, nowMs }: { readonly mainReplicas: number; readonly nowMs: number },
): Running | undefined {
  if (promoted === undefined || previous === undefined) return undefined;
  const endsMs = (promoted.rollout.promotedAtMs ?? 0) + promoted.plan.rollbackWindowSeconds * 1_000;
  return nowMs < endsMs ? { releaseId: previous.releaseId, replicas: mainReplicas } : undefined;
}

/** What shall be, with it running beside. */
export function withWarm(wanted: Desired, warm: Running | undefined): Desired {
  if (warm === undefined) return wanted;
  const running = [wanted.main, wanted.nightly, ...wanted.aside];
  return running.some((one) => one?.releaseId === warm.releaseId)
    ? wanted
    : { ...wanted, aside: [...wanted.aside, warm] };
}
