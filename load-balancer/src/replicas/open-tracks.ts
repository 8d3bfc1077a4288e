import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import type { Logger } from "@canarec/service-kit/logging";
import type { Track } from "../contract/exposure.ts";
import type { RoutingSnapshot } from "../contract/routing-snapshot.ts";
import type { LoadBalancerMetrics } from "../metrics.ts";
import { openHealthChecks } from "./health-checks.ts";
import { type Caps, Replica } from "./replica.ts";
import { TrackPool } from "./track-pool.ts";

/** A replica that does not answer is asked this often: it is back within a second of its start. */
const DOWN_INTERVAL_MS = 400;

/** Longer than any pause that a replica at work may make. */
const CHECK_TIMEOUT_MS = 1_000;

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
}

/** Open the replicas of a routing snapshot, track by track, and begin to watch their health. */
export function openTracks(routing: RoutingSnapshot, options: TracksOptions): Tracks {
  const opened = new Resources();
  const pools = {
    main: openTrack("main", routing, options, opened),
    nightly: openTrack("nightly", routing, options, opened),
  };
  options.metrics.watchReplicas(() =>
    Object.values(pools).flatMap((pool) =>
      pool.replicas.map((replica) => ({
        replica: replica.name,
        track: pool.name,
        available: replica.health.availability(options.nowMs()) !== "out",
        inFlight: replica.inFlight.recommend + replica.inFlight.api,
      })),
    ),
  );
  return disposable(opened, { pools });
}

function openTrack(
  name: Track,
  routing: RoutingSnapshot,
  options: TracksOptions,
  opened: Resources,
): TrackPool {
  const { metrics, log, nowMs, random } = options;
  const replicas = routing.replicas[name].map((address) =>
    opened.use(new Replica(address, options.caps)),
  );
  const pool = new TrackPool(name, replicas, {
    queueLimit: options.queueLimit,
    nowMs,
    random,
    ejected(replica, error) {
      metrics.replicaEjected(replica.name, error);
      log.warn({ replica: replica.name, track: name, error }, "replica ejected");
    },
  });
  for (const replica of replicas) {
    let answering: boolean | undefined;
    opened.use(
      openHealthChecks(replica, {
        intervalMs: options.healthIntervalMs,
        downIntervalMs: Math.min(DOWN_INTERVAL_MS, options.healthIntervalMs),
        timeoutMs: CHECK_TIMEOUT_MS,
        random,
        checked(_, result) {
          metrics.replicaChecked(replica.name, result);
          pool.wake();
          const now = replica.health.availability(nowMs()) !== "out";
          if (now !== answering) {
            log.info({ replica: replica.name, result, available: now }, "replica's health changed");
          }
          answering = now;
        },
      }),
    );
  }
  return pool;
}
