import type { Availability } from "./replica-health.ts";

/** A replica, as far as choosing needs it. */
export interface Choosable {
  readonly availability: Availability;
  readonly inFlight: number;
  readonly cap: number;
}

/**
 * A user stays with the replica that holds their history unless it has this many more requests under
 * way than another: then a wait there costs more than a reading elsewhere (consistent hashing with
 * bounded loads, Mirrokni et al. 2018).
 */
const HOME_LEAD = 8;

/**
 * Choose where to send a request: an ejected replica whose time is over gets it as its probe; else
 * the user's own, while it is not much busier than another; else the less loaded of two drawn at
 * random (Mitzenmacher 2001). Each below its cap.
 *
 * @param random uniform in [0, 1).
 * @param home index of the user's own replica, if there is one.
 * @returns the index of the chosen; "overloaded" if those that could are all at their caps;
 *   "no_replica" if none could.
 */
export function chooseReplica(
  replicas: readonly Choosable[],
  random: () => number,
  home?: number,
): number | "overloaded" | "no_replica" {
  const probe = replicas.findIndex((r) => r.availability === "probe" && r.inFlight < r.cap);
  if (probe >= 0) return probe;
  const well = replicas.flatMap((r, index) => (r.availability === "in" ? [index] : []));
  if (well.length === 0) return "no_replica";
  const free = well.filter((index) => loadOf(replicas, index) < 1);
  if (home !== undefined && free.includes(home) && !isCrowded(replicas, home, free)) return home;
  const a = free[Math.floor(random() * free.length)];
  if (a === undefined) return "overloaded";
  const others = free.filter((index) => index !== a);
  const b = others[Math.floor(random() * others.length)];
  return b !== undefined && loadOf(replicas, b) < loadOf(replicas, a) ? b : a;
}

function isCrowded(replicas: readonly Choosable[], home: number, free: number[]): boolean {
  const inFlight = (index: number) => replicas[index]?.inFlight ?? 0;
  return inFlight(home) - Math.min(...free.map(inFlight)) > HOME_LEAD;
}

function loadOf(replicas: readonly Choosable[], index: number): number {
  const replica = replicas[index];
  return replica === undefined ? 1 : replica.inFlight / replica.cap;
}
