import type { ControlRepository } from "@canarec/db-utils/releases/control-repository";
import type { ReleaseRepository } from "@canarec/db-utils/releases/release-repository";
import { ENDED, Rollout } from "../rollout/rollout.ts";
import type { ReleaseView } from "./rollout-metrics.ts";

/** Where releases stand: what the metrics tell. */
export async function readReleases(
  releases: Pick<ReleaseRepository, "rolloutsNotIn" | "mains" | "rollout" | "find">,
  control: Pick<ControlRepository, "replicas">,
): Promise<ReleaseView> {
  const [open, mains, replicas] = await Promise.all([
    releases.rolloutsNotIn(ENDED),
    releases.mains(1),
    control.replicas(),
  ]);
  const main = mains[0];
  const active = open.find(({ state }) => state !== "queued");
  const row = active ?? (main && (await releases.rollout(main.releaseId)));
  const nightly = active && (await releases.find(active.releaseId));
  const rollout = row && Rollout.safeParse(row.detail).data;
  const trackOf = (track: "main" | "nightly", release: typeof main) =>
    release === undefined
      ? []
      : [{ track, releaseId: release.releaseId, build: release.build, bundle: release.bundleId }];
  return {
    current: row && rollout && { ...rollout, releaseId: row.releaseId },
    waiting: open.filter(({ state }) => state === "queued").length,
    tracks: [...trackOf("main", main), ...trackOf("nightly", nightly)],
    replicas: replicas.map(({ state }) => state as ReleaseView["replicas"][number]), // the query's own
  };
}
