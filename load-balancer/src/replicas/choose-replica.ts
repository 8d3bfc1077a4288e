import type { Availability } from "./replica-health.ts";

/** A replica, as far as choosing needs it. */
export interface Choosable {
  readonly availability: Availability;
  readonly inFlight: number;
  readonly cap: number;
}

/**
 * Choose where to send a request: an ejected replica whose time is over gets it as its probe, else
 * the less loaded of two drawn at random (Mitzenmacher 2001), each below its cap.
 *
 * @param random uniform in [0, 1).
 * @returns the index of the chosen; "overloaded" if those that could are all at their caps;
 *   "no_replica" if none could.
 */
export function chooseReplica(
  replicas: readonly Choosable[],
  random: () => number,
): number | "overloaded" | "no_replica" {
  const probe = replicas.findIndex((r) => r.availability === "probe" && r.inFlight < r.cap);
  if (probe >= 0) return probe;
  const well = replicas.flatMap((r, index) => (r.availability === "in" ? [index] : []));
  if (well.length === 0) return "no_replica";
  const free = well.filter((index) => loadOf(replicas, index) < 1);
  const a = free[Math.floor(random() * free.length)];
  if (a === undefined) return "overloaded";
  const others = free.filter((index) => index !== a);
  const b = others[Math.floor(random() * others.length)];
  return b !== undefined && loadOf(replicas, b) < loadOf(replicas, a) ? b : a;
}

function loadOf(replicas: readonly Choosable[], index: number): number {
  const replica = replicas[index];
  return replica === undefined ? 1 : replica.inFlight / replica.cap;
}
