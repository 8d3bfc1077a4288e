import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@canarec/service-kit/logging";
import type { AttemptError, Track } from "../contract/exposure.ts";
import type { Replica as ReplicaAddress, RoutingSnapshot } from "../contract/routing-snapshot.ts";
import type { LoadBalancerMetrics } from "../metrics.ts";
import { openHealthChecks } from "./health-checks.ts";
import { type Caps, Replica } from "./replica.ts";
import { TrackPool } from "./track-pool.ts";

/** A replica that does not answer is asked this often: it is back within a second of its start. */
const DOWN_INTERVAL_MS = 400;

/** Longer than any pause that a replica at work may make. */
const CHECK_TIMEOUT_MS = 1_000;

/** Far above every deadline of a request. */
const LEAVE_MS = 30_000;

/** A new process begins to serve so soon after the last answer that it waits for. */
const SETTLE_CHECK_MS = 10;

const TRACKS = ["main", "nightly"] as const;

export interface TracksOptions {
  readonly caps: Caps;
  readonly queueLimit: number;
  readonly healthIntervalMs: number;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly metrics: LoadBalancerMetrics;
  readonly log: Logger;
}

export interface Tracks extends AsyncDisposable {
  readonly pools: Readonly<Record<Track, TrackPool>>;
  /** Serve from the replicas of this snapshot from now on. */
  update(routing: RoutingSnapshot): void;
  /** Resolves when each replica has been looked at, or has had the time for it. */
  settled(): Promise<void>;
}

/** Open the replicas of a routing snapshot, track by track, and begin to watch their health. */
export function openTracks(routing: RoutingSnapshot, options: TracksOptions): Tracks {
  const tracks = new LiveTracks(options);
  tracks.update(routing);
  options.metrics.watchReplicas(() => tracks.gauges());
  return tracks;
}

/** A replica that is watched, whichever track it serves. */
interface Watched {
  readonly replica: Replica;
  readonly checks: AsyncDisposable;
}

/**
 * Both tracks' replicas. One that stays, or that a promotion moves from nightly to main, keeps its
 * connections and what is known of its health. One that goes gets no more requests, finishes those that
 * it has, and is then forgotten; but while none of a track's new replicas answers yet, the old ones serve.
 */
class LiveTracks implements Tracks {
  readonly pools: Readonly<Record<Track, TrackPool>>;
  readonly #options: TracksOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #leaving = new Map<Replica, Promise<void>>();
  #wanted: Readonly<Record<Track, readonly Replica[]>> = { main: [], nightly: [] };

  constructor(options: TracksOptions) {
    this.#options = options;
    const poolOptions = {
      queueLimit: options.queueLimit,
      nowMs: options.nowMs,
      random: options.random,
    };
    const ejected = (name: Track) => (replica: Replica, error: AttemptError) => {
      options.metrics.replicaEjected(replica.name, error);
      options.log.warn({ replica: replica.name, track: name, error }, "replica ejected");
    };
    this.pools = {
      main: new TrackPool("main", [], { ...poolOptions, ejected: ejected("main") }),
      nightly: new TrackPool("nightly", [], { ...poolOptions, ejected: ejected("nightly") }),
    };
  }

  update(routing: RoutingSnapshot): void {
    const find = (address: ReplicaAddress) => this.#find(address);
    this.#wanted = {
      main: routing.replicas.main.map(find),
      nightly: routing.replicas.nightly.map(find),
    };
    this.#settle();
  }

  async settled(): Promise<void> {
    const untilMs = performance.now() + 2 * CHECK_TIMEOUT_MS;
    const all = () => TRACKS.flatMap((track) => this.#wanted[track]);
    while (performance.now() < untilMs && all().some(({ health }) => !health.isKnown)) {
      await sleep(SETTLE_CHECK_MS);
    }
  }

  gauges() {
    const nowMs = this.#options.nowMs();
    return TRACKS.flatMap((track) =>
      this.pools[track].replicas.map((replica) => ({
        replica: replica.name,
        track,
        available: replica.health.availability(nowMs) !== "out",
        inFlight: replica.inFlight.recommend + replica.inFlight.api,
      })),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#watched.values()];
    this.#watched.clear();
    for (const { replica, checks } of all) {
      await checks[Symbol.asyncDispose]();
      await replica[Symbol.asyncDispose]();
    }
    for (const replica of this.#leaving.keys()) await replica[Symbol.asyncDispose]();
  }

  /** Give each pool what it shall have, once that can serve; let go of what nobody needs. */
  #settle(): void {
    for (const track of TRACKS) {
      const pool = this.pools[track];
      const wanted = this.#wanted[track];
      const serves = wanted.length === 0 || wanted.some((one) => this.#isIn(one));
      const kept = pool.replicas.filter((one) => this.#isIn(one) && !wanted.includes(one));
      const next = serves ? wanted : [...wanted, ...kept];
      if (!isSame(pool.replicas, next)) pool.replace(next);
    }
    const used = new Set(TRACKS.flatMap((track) => this.pools[track].replicas));
    for (const [key, watched] of this.#watched) {
      if (used.has(watched.replica)) continue;
      this.#watched.delete(key);
      const { replica } = watched;
      const leaving = leave(watched).finally(() => this.#leaving.delete(replica));
      this.#leaving.set(replica, leaving);
    }
  }

  #isIn(replica: Replica): boolean {
    return replica.health.availability(this.#options.nowMs()) !== "out";
  }

  #find(address: ReplicaAddress): Replica {
    const key = `${address.name} ${address.url}`;
    const known = this.#watched.get(key);
    if (known !== undefined) return known.replica;
    const replica = new Replica(address, this.#options.caps);
    this.#watched.set(key, { replica, checks: this.#watch(replica) });
    return replica;
  }

  #watch(replica: Replica): AsyncDisposable {
    const { metrics, log, healthIntervalMs, random } = this.#options;
    let answering: boolean | undefined;
    return openHealthChecks(replica, {
      intervalMs: healthIntervalMs,
      downIntervalMs: Math.min(DOWN_INTERVAL_MS, healthIntervalMs),
      timeoutMs: CHECK_TIMEOUT_MS,
      random,
      checked: (_, result) => {
        metrics.replicaChecked(replica.name, result);
        const now = this.#isIn(replica);
        if (now !== answering) {
          log.info({ replica: replica.name, result, available: now }, "replica's health changed");
          this.#settle();
        }
        answering = now;
        for (const track of TRACKS) this.pools[track].wake();
      },
    });
  }
}

function isSame(a: readonly Replica[], b: readonly Replica[]): boolean {
  return a.length === b.length && a.every((replica, place) => replica === b[place]);
}

/** Finish what is under way there. */
async function leave({ replica, checks }: Watched): Promise<void> {
  await checks[Symbol.asyncDispose]();
  await replica.finish(LEAVE_MS);
}
