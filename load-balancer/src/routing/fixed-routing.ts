import { ROUTING_SNAPSHOT_VERSION, RoutingSnapshot } from "../contract/routing-snapshot.ts";

/** No release is under way, so this salt assigns nobody; it only has to be there. */
const NO_RELEASE = "none";

/**
 * The routing before a controller has written one: all users on main, at the given replicas, named
 * `main-1`, `main-2` and so on in the order of their addresses. Without addresses nobody can be asked.
 */
export function fixedRouting(mainUrls: readonly string[]): RoutingSnapshot {
  const fixed = {
    v: ROUTING_SNAPSHOT_VERSION,
    version: 0,
    epoch: 0,
    nightlyWeight: 0,
    salt: NO_RELEASE,
    step: 0,
    leaseEndsAt: null,
    replicas: {
      main: mainUrls.map((url, index) => ({ name: `main-${index + 1}`, url })),
      nightly: [],
    },
    pinned: {},
  };
  if (mainUrls.length > 0) return RoutingSnapshot.parse(fixed);
  return { ...fixed, v: ROUTING_SNAPSHOT_VERSION, releaseId: null, shadowShare: 0 };
}
