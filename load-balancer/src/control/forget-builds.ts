import type { ReleaseRepository } from "@canarec/db-utils/releases/release-repository";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import { ENDED } from "../rollout/rollout.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { ReplicaSet } from "./replica-set.ts";

/** Builds of so many mains stay. */
const KEPT_MAINS = 5;

export interface ForgetParts {
  readonly releases: ReleaseRepository;
  readonly runtime: Runtime;
  readonly replicas: ReplicaSet;
  readonly log: Logger;
}

/** Forget the builds that no release may need any longer: not those of late mains, of what is under way, or runs. */
export async function forgetBuilds({ releases, runtime, replicas, log }: ForgetParts) {
  const [mains, rows] = await Promise.all([
    releases.mains(KEPT_MAINS),
    releases.rolloutsNotIn([...ENDED]),
  ]);
  const ids = new Set([...rows.map(({ releaseId }) => releaseId), ...replicas.releases()]);
  const needed = await Promise.all([...ids].map((id) => releases.find(id)));
  const keep = [...mains, ...needed].flatMap((release) => release?.code ?? []);
  try {
    const gone = await runtime.prune(keep);
    if (gone.length > 0) log.info({ builds: gone }, "builds were forgotten");
  } catch (failure) {
    log.warn({ reason: messageOf(failure) }, "builds cannot be forgotten");
  }
}
