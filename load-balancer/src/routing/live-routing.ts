import type { RoutingSnapshot } from "../contract/routing-snapshot.ts";
import { type Refusal, afterLease, refusalOf } from "./accept-snapshot.ts";

/** Longest lease that is believed, whatever a clock that is ahead makes of it. */
const LONGEST_LEASE_MS = 600_000;

export interface RoutingReply {
  readonly version: number;
  readonly epoch: number;
  /** Absent: the offered snapshot is in force. */
  readonly refused?: Refusal;
}

export interface LiveRoutingOptions {
  /** Monotone. */
  readonly nowMs: () => number;
  /** Milliseconds since 1970; read only to learn how long a lease still lasts. */
  readonly wallMs: () => number;
  /** What is in force has changed. */
  readonly changed: (routing: RoutingSnapshot) => void;
  /** Nobody renewed the lease: main serves all. */
  readonly leaseLost: (snapshot: RoutingSnapshot) => void;
}

/** The routing in force. */
export interface LiveRouting extends Disposable {
  /** With nightly's weight at 0 once the lease has ended. */
  current(): RoutingSnapshot;
  /** The snapshot held, for another process: its lease ends when it does here, whatever the clock on the wall did. */
  held(): RoutingSnapshot;
  /** Take a snapshot of the controller's, or say why not. */
  offer(snapshot: RoutingSnapshot): RoutingReply;
}

/** @param first what holds until a controller says something; see restoredRouting. */
export function openLiveRouting(first: RoutingSnapshot, options: LiveRoutingOptions): LiveRouting {
  const { nowMs, wallMs, changed, leaseLost } = options;
  let held = first;
  let expired = afterLease(first);
  let endsMs = Infinity;
  let isLost = false;
  let timer: NodeJS.Timeout | undefined;

  const lose = () => {
    if (isLost) return;
    isLost = true;
    changed(expired);
    leaseLost(held);
  };
  const hold = (snapshot: RoutingSnapshot) => {
    held = snapshot;
    expired = afterLease(snapshot);
    isLost = false;
    clearTimeout(timer);
    endsMs = Infinity;
    if (snapshot.leaseEndsAt === null) return;
    const leftMs = Date.parse(snapshot.leaseEndsAt) - wallMs();
    endsMs = nowMs() + Math.min(LONGEST_LEASE_MS, leftMs);
    timer = setTimeout(lose, Math.max(0, endsMs - nowMs())).unref();
  };
  hold(first);
  return {
    current() {
      // The timer may be late; a request may not be.
      if (isLost || nowMs() >= endsMs) return expired;
      return held;
    },
    held() {
      if (held.leaseEndsAt === null) return held;
      const endsAt = new Date(wallMs() + (isLost ? 0 : endsMs - nowMs()));
      return { ...held, leaseEndsAt: endsAt.toISOString() };
    },
    offer(snapshot) {
      if (nowMs() >= endsMs) lose();
      const refused = refusalOf(held, isLost, snapshot);
      if (refused !== undefined) return { version: held.version, epoch: held.epoch, refused };
      const isNew = snapshot.version !== held.version;
      hold(snapshot);
      if (isNew) changed(snapshot);
      return { version: snapshot.version, epoch: snapshot.epoch };
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
