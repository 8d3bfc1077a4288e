import { setTimeout as sleep } from "node:timers/promises";
import { type Readiness, healthRoutes } from "@canarec/service-kit/health";
import { createApp, errorHandler, listen, serve, unknownPath } from "@canarec/service-kit/http";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import type { Logger } from "@canarec/service-kit/logging";
import { createRegistry } from "@canarec/service-kit/metrics";
import { Router } from "express";
import { requireBearer } from "./admin/bearer.ts";
import { routingRoutes } from "./admin/routing-routes.ts";
import { FirstAttempts } from "./admin/track-counts.ts";
import type { LoadBalancerConfig } from "./config.ts";
import { type ExposureSink, createKafkaSink } from "./exposures/kafka-sink.ts";
import { openSpool } from "./exposures/open-spool.ts";
import { startDelivery } from "./exposures/start-delivery.ts";
import { keepRefreshed } from "./fallback/keep-refreshed.ts";
import { openPopularList } from "./fallback/popular-list.ts";
import type { Track } from "./contract/exposure.ts";
import { createLoadBalancerMetrics } from "./metrics.ts";
import type { Answered, DataPlane, TimeLimits } from "./proxy/data-plane.ts";
import { handleRequest } from "./proxy/handle-request.ts";
import { createInternalHeaderReader } from "./proxy/internal-header.ts";
import { createPublicServer } from "./proxy/open-server.ts";
import { openRouting } from "./routing/open-routing.ts";
import { openShadowRequests } from "./shadow/shadow-requests.ts";

/** What a test may put in place of the real thing. */
export interface Overrides {
  readonly sink?: ExposureSink;
}

export interface LoadBalancer extends AsyncDisposable {
  /** The public port. */
  readonly url: string;
  /** /healthz, /readyz and /metrics of the load balancer itself. */
  readonly adminUrl: string;
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

/**
 * The composition root: the admin port first, so that it answers until the end; the public port
 * last, so that it takes requests only when all behind it is open, and lets go of them first.
 *
 * It listens by itself; as a worker of node:cluster the same `listen` takes the parent's socket.
 */
export async function startLoadBalancer(
  config: LoadBalancerConfig,
  log: Logger,
  overrides: Overrides = {},
): Promise<LoadBalancer> {
  await using opened = new Resources();
  const registry = createRegistry("load-balancer");
  const metrics = createLoadBalancerMetrics(registry);
  let readiness = (): Readiness => ({ ready: false, reason: "starting" });
  const control = Router();
  const adminApp = createApp()
    .use(healthRoutes(registry, () => readiness()))
    .use(control)
    .use(unknownPath())
    .use(errorHandler(log));
  const admin = opened.use(
    await listen(adminApp, { host: config.adminHost, port: config.adminPort }),
  );

  const parts = { log, metrics, overrides, opened };
  const delivery = await openDelivery(config, parts);
  const tracks = await openTrackRouting(config, parts);
  control.use(tracks.routes);

  let draining = false;
  const plane: DataPlane = {
    ...tracks.plane,
    limits: limitsOf(config),
    metrics,
    record: (exposure) => delivery.record(exposure),
    readInternal: createInternalHeaderReader(),
    draining: () => draining,
    nowMs: MONOTONE,
    wallMs: Date.now,
  };
  const server = createPublicServer(handleRequest(plane), (status) =>
    metrics.requestRefused(status),
  );
  const { host, port, drainMs } = config;
  const { url } = opened.use(await serve(server, { host, port, drainMs }));
  opened.defer(async () => {
    draining = true;
    if (config.drainDelayMs > 0) await sleep(config.drainDelayMs);
  });
  readiness = () =>
    readinessOf(draining, plane.tracks.main.available, plane.popular.top(1).length > 0);
  return disposable(opened, { url, adminUrl: admin.url });
}

const MONOTONE = () => performance.now();

/** Routing, both tracks' replicas, shadowing and the popular list, with the controller's routes to them. */
async function openTrackRouting(config: LoadBalancerConfig, { log, metrics, opened }: Parts) {
  const clocks = { nowMs: MONOTONE, wallMs: Date.now };
  const random = Math.random;
  const { replicaUrls, routingFile: file, deadlineMs } = config;
  const { slackWebhookUrl } = config;
  const options = {
    ...{ ...trackOptions(config), ...clocks, replicaUrls, file, slackWebhookUrl },
    ...{ random, metrics, log },
  };
  const routing = opened.use(await openRouting(options));
  const { pools } = routing;
  const popular = await openPopularList(config.popularFile, Date.now, log);
  const refresh = { intervalMs: config.popularRefreshMs, random, metrics };
  opened.use(keepRefreshed(popular, pools.main, refresh));
  const shadow = opened.use(openShadowRequests({ deadlineMs, nowMs: MONOTONE, random, metrics }));
  const firstAttempts = new FirstAttempts();
  const countsOf = (track: Track) => firstAttempts.of(track, pools[track], MONOTONE());
  const routes = routingRoutes({
    authorise: requireBearer(config.controlTokenFile),
    current: () => routing.current(),
    offer: (snapshot) => routing.offer(snapshot),
    tracks: () => ({ main: countsOf("main"), nightly: countsOf("nightly") }),
    shadow: () => shadow.counts(),
  });
  const plane = {
    routing: () => routing.current(),
    tracks: pools,
    popular,
    answered(answered: Answered) {
      firstAttempts.count(answered);
      shadow.offer(answered);
    },
  };
  return { plane, routes };
}

function readinessOf(draining: boolean, replicas: boolean, list: boolean): Readiness {
  if (draining) return { ready: false, reason: "draining" };
  if (replicas) return { ready: true };
  return list
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
  const spool = opened.use(await openSpool(spoolFolder, limits));
  const buffer = { messages: bufferMessages, characters: BUFFER_CHARACTERS };
  const random = Math.random;
  return opened.use(
    startDelivery({ sink, spool, buffer, flushMs: FLUSH_MS, metrics, log, random }),
  );
}
