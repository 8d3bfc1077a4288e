import type { RoutingSnapshot } from "../contract/routing-snapshot.ts";

/**
 * Why a snapshot is not taken.
 *
 * - `older_epoch`: its controller no longer leads
 * - `older_version`: a newer one is held
 * - `conflict`: another one of the same version is held
 * - `lease_lost`: its lease ended; nightly is back only by a new version
 */
export type Refusal = "older_epoch" | "older_version" | "conflict" | "lease_lost";

/**
 * Whether a data plane takes an offered snapshot. The same version again renews its lease and is taken
 * while that has not ended.
 *
 * @param held undefined before the first. @param leaseLost whether the held one's lease has ended.
 * @returns undefined: taken.
 */
export function refusalOf(
  held: RoutingSnapshot | undefined,
  leaseLost: boolean,
  offered: RoutingSnapshot,
): Refusal | undefined {
  if (held === undefined) return undefined;
  if (offered.epoch < held.epoch) return "older_epoch";
  if (offered.version < held.version) return "older_version";
  if (offered.version > held.version) return undefined;
  if (leaseLost) return "lease_lost";
  return decision(offered) === decision(held) ? undefined : "conflict";
}

/** All of a snapshot but who last renewed it and until when. */
function decision({ epoch: _epoch, leaseEndsAt: _lease, ...rest }: RoutingSnapshot): string {
  return JSON.stringify(rest);
}

/**
 * What holds once the lease has ended: everybody on main, and no part of any release's evaluation.
 * Its version is the same; the exposures name no release.
 */
export function afterLease(snapshot: RoutingSnapshot): RoutingSnapshot {
  return { ...snapshot, nightlyWeight: 0, shadowShare: 0, step: 0, releaseId: null, pinned: {} };
}
