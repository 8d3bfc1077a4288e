import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Readiness } from "@canarec/service-kit/health";
import { serve } from "@canarec/service-kit/http";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import type { Logger } from "@canarec/service-kit/logging";
import { createRegistry } from "@canarec/service-kit/metrics";
import { FirstAttempts } from "./admin/track-counts.ts";
import type { LoadBalancerConfig } from "./config.ts";
import type { Track } from "./contract/exposure.ts";
import type { RoutingSnapshot } from "./contract/routing-snapshot.ts";
import { keepAdopting } from "./exposures/adopt-spools.ts";
import { type ExposureSink, createKafkaSink } from "./exposures/kafka-sink.ts";
import { openSpool } from "./exposures/open-spool.ts";
import { startDelivery } from "./exposures/start-delivery.ts";
import { keepRefreshed } from "./fallback/keep-refreshed.ts";
import { openPopularList } from "./fallback/popular-list.ts";
import { createLoadBalancerMetrics } from "./metrics.ts";
import type { Answered, DataPlane, TimeLimits } from "./proxy/data-plane.ts";
import { handleRequest } from "./proxy/handle-request.ts";
import { createInternalHeaderReader } from "./proxy/internal-header.ts";
import { createPublicServer, finishConnections } from "./proxy/open-server.ts";
import { RateLimit } from "./proxy/rate-limit.ts";
import { openRouting } from "./routing/open-routing.ts";
import { openShadowRequests } from "./shadow/shadow-requests.ts";
import type { ServingWorker, WorkerStatus } from "./workers/serving-worker.ts";

/** What a test may put in place of the real thing. */
export interface Overrides {
  readonly sink?: ExposureSink;
  /** Below the folder of the spool: of this process alone. */
  readonly ownSpool?: string;
}

/** What answers users, in this process. */
export interface OpenDataPlane extends ServingWorker, AsyncDisposable {
  /**
   * Take connections, as soon as each replica has been looked at; nothing else is waited for.
   *
   * @param socket bound already, from another process; without one the configured address.
   * @returns the public URL.
   */
  listen(socket?: object): Promise<string>;
  /**
   * Take no more connections, for another process does; resolves when those that are open have been asked
   * to come anew and have gone, or have had the time for it.
   */
  handOver(): Promise<void>;
}

/** Connections to a replica that /api/v1 may use beside those of /recommend. */
const API_SHARE = 4;

/** Of the deadline: kept for answering from our own list, and until a second replica is asked. */
const RESERVE_SHARE = 0.06;
const SLOW_SHARE = 0.4;

/** Of the deadline: how long nightly has for its users before main is asked for them. */
const CROSS_SHARE = 0.6;

const SEGMENT_BYTES = 1_024 * 1_024;
const BUFFER_CHARACTERS = 64 * 1_024 * 1_024;
const FLUSH_MS = 5_000;

const MONOTONE = () => performance.now();

/** Opens everything but the public port. */
export async function openDataPlane(
  config: LoadBalancerConfig,
  log: Logger,
  overrides: Overrides = {},
): Promise<OpenDataPlane> {
  await using opened = new Resources();
  const registry = createRegistry("load-balancer");
  const metrics = createLoadBalancerMetrics(registry);
  const parts = { log, metrics, overrides, opened };
  const delivery = await openDelivery(config, parts);
  const tracks = await openTrackRouting(config, parts);

  const phase = { now: "starting" as Phase };
  const plane: DataPlane = {
    ...tracks.plane,
    limits: limitsOf(config),
    rateLimit: new RateLimit(config.rateLimits),
    metrics,
    record: (exposure) => delivery.record(exposure),
    readInternal: createInternalHeaderReader(),
    draining: () => phase.now === "leaving" || phase.now === "stopping",
    stopping: () => phase.now === "stopping",
    nowMs: MONOTONE,
    wallMs: Date.now,
  };
  const status = (): WorkerStatus => ({
    serving: phase.now === "serving",
    readiness: readinessOf(phase.now, plane),
    ...tracks.counts(),
  });
  return disposable(opened, {
    ...publicPort(config, { plane, phase, opened, settled: tracks.settled }),
    offer: (snapshot: RoutingSnapshot) => Promise.resolve(tracks.offer(snapshot)),
    status: () => Promise.resolve(status()),
    metrics: () => registry.getMetricsAsJSON(),
  });
}

type Phase = "starting" | "serving" | "leaving" | "stopping";

interface PublicPort {
  readonly plane: DataPlane;
  readonly phase: { now: Phase };
  readonly opened: Resources;
  readonly settled: () => Promise<void>;
}

function publicPort(config: LoadBalancerConfig, { plane, phase, settled, ...rest }: PublicPort) {
  const { host, port, drainMs, drainDelayMs } = config;
  const server = createPublicServer(handleRequest(plane), (status) =>
    plane.metrics.requestRefused(status),
  );
  let leaving: Promise<void> | undefined;
  const owned = rest.opened.use(new Resources());
  return {
    async listen(socket?: object) {
      if (socket !== undefined) await settled();
      const at = { host, port, drainMs, ...(socket !== undefined && { socket }) };
      const { url } = owned.use(await serve(server, at));
      owned.defer(async () => {
        if (phase.now === "serving") {
          phase.now = "stopping";
          if (drainDelayMs > 0) await sleep(drainDelayMs);
        }
        server.closeIdleConnections();
        await leaving;
      });
      phase.now = "serving";
      return url;
    },
    handOver() {
      phase.now = "leaving";
      return (leaving ??= finishConnections(server, drainMs));
    },
  };
}

/** Routing, both tracks' replicas, shadowing and the popular list. */
async function openTrackRouting(config: LoadBalancerConfig, { log, metrics, opened }: Parts) {
  const clocks = { nowMs: MONOTONE, wallMs: Date.now };
  const random = Math.random;
  const { replicaUrls, deadlineMs } = config;
  const options = { ...trackOptions(config), ...clocks, replicaUrls, random, metrics, log };
  const routing = opened.use(openRouting(options));
  const { pools } = routing;
  const popular = await openPopularList(config.popularFile, Date.now, log);
  const refresh = { intervalMs: config.popularRefreshMs, random, metrics };
  opened.use(keepRefreshed(popular, pools.main, refresh));
  const shadow = opened.use(openShadowRequests({ deadlineMs, nowMs: MONOTONE, random, metrics }));
  const firstAttempts = new FirstAttempts();
  const countsOf = (track: Track) => firstAttempts.of(track, pools[track], MONOTONE());
  const plane = {
    routing: () => routing.current(),
    tracks: pools,
    popular,
    answered(answered: Answered) {
      firstAttempts.count(answered);
      shadow.offer(answered);
    },
  };
  return {
    plane,
    offer: (snapshot: RoutingSnapshot) => routing.offer(snapshot),
    settled: () => routing.settled(),
    counts: () => ({
      tracks: { main: countsOf("main"), nightly: countsOf("nightly") },
      shadow: shadow.counts(),
    }),
  };
}

function readinessOf(phase: Phase, { tracks, popular }: DataPlane): Readiness {
  if (phase === "starting") return { ready: false, reason: "starting" };
  if (phase !== "serving") return { ready: false, reason: "draining" };
  if (tracks.main.available) return { ready: true };
  return popular.top(1).length > 0
    ? { ready: true, degraded: "no replica answers; the popular list serves" }
    : { ready: false, reason: "no replica answers, and there is no popular list yet" };
}

function limitsOf({ deadlineMs, apiDeadlineMs }: LoadBalancerConfig): TimeLimits {
  return {
    slowMs: Math.round(deadlineMs * SLOW_SHARE),
    crossMs: Math.round(deadlineMs * CROSS_SHARE),
    replicasMs: Math.round(deadlineMs * (1 - RESERVE_SHARE)),
    apiMs: apiDeadlineMs,
  };
}

function trackOptions({ replicaConcurrency, queueLimit, healthIntervalMs }: LoadBalancerConfig) {
  const api = Math.max(1, Math.floor(replicaConcurrency / API_SHARE));
  return { caps: { recommend: replicaConcurrency, api }, queueLimit, healthIntervalMs };
}

interface Parts {
  readonly log: Logger;
  readonly metrics: ReturnType<typeof createLoadBalancerMetrics>;
  readonly overrides: Overrides;
  readonly opened: Resources;
}

async function openDelivery(config: LoadBalancerConfig, parts: Parts) {
  const { log, metrics, overrides, opened } = parts;
  const { brokers, topic, spoolFolder, spoolBytes, bufferMessages } = config.exposures;
  const sink = opened.use(overrides.sink ?? createKafkaSink(brokers, topic));
  const limits = { maxBytes: spoolBytes, segmentBytes: SEGMENT_BYTES };
  const own = { root: spoolFolder, name: overrides.ownSpool };
  const spool = opened.use(await openSpool(join(own.root, own.name ?? ""), limits));
  opened.use(await keepAdopting(spool, own, log));
  const buffer = { messages: bufferMessages, characters: BUFFER_CHARACTERS };
  const random = Math.random;
  return opened.use(
    startDelivery({ sink, spool, buffer, flushMs: FLUSH_MS, metrics, log, random }),
  );
}
