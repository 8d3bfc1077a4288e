import {
  Counter,
  Gauge,
  Histogram,
  LATENCY_BUCKETS,
  type Registry,
} from "@canarec/service-kit/metrics";
import type { AttemptError, ExposureReason, Served, Track } from "./contract/exposure.ts";
import { createTrackMetrics } from "./track-metrics.ts";
import { LIMITED_PATHS, type LimitedPath } from "./proxy/rate-limit.ts";
import type { CheckResult } from "./replicas/replica-health.ts";

/** How the values of several workers are one; without it they are summed. */
type Aggregator = "min" | "max" | "sum";

/** What happened to an exposure that nobody will read. */
export type DropReason = "buffer_full" | "torn" | "stopped";

/** Everything that the load balancer counts: one method per event. */
export interface LoadBalancerMetrics {
  /** An answer to /recommend has left, `seconds` after its request came. */
  answered(served: Served, reason: ExposureReason, seconds: number): void;
  /** The same answer, as its user's track sees it. */
  trackAnswered(answer: TrackAnswer): void;
  apiAnswered(status: number): void;
  /** A request was refused before any replica saw it. */
  requestRefused(status: number): void;
  /** An address has asked too often. */
  rateLimited(path: LimitedPath): void;
  attemptSucceeded(replica: string): void;
  attemptFailed(replica: string, error: AttemptError): void;
  /** A call could not be sent anywhere. */
  attemptUnsent(track: Track, error: AttemptError): void;
  /** A second attempt was not made because the budget was used up. */
  retryRefused(): void;
  replicaChecked(replica: string, result: CheckResult): void;
  replicaEjected(replica: string, error: AttemptError): void;
  popularListRefreshed(ok: boolean): void;
  /** Nightly was asked beside main, and its list compared; both measures in [0, 1]. */
  shadowCompared(overlap: number, distance: number, seconds: number): void;
  shadowFailed(error: AttemptError, seconds: number): void;
  /** A routing snapshot is in force. */
  routingChanged(routing: { readonly version: number; readonly nightlyWeight: number }): void;
  /** Nobody renewed nightly's lease. */
  leaseLost(): void;
  exposureTaken(): void;
  exposuresDelivered(count: number): void;
  exposuresSpooled(count: number): void;
  exposuresDropped(reason: DropReason, count: number): void;
  spoolRefused(reason: "full" | "failed"): void;
  kafkaAway(away: boolean): void;
  /** Read at every scrape. */
  watchDelivery(read: { readonly buffered: () => number; readonly spooled: () => number }): void;
  watchReplicas(read: () => readonly ReplicaGauges[]): void;
}

/** How a first attempt ended; `short_list` has fewer movies than the platform asks for. */
export type FirstAttemptResult = AttemptError | "ok" | "short_list";

/** One answer to /recommend, seen from the track that the user is assigned to. */
export interface TrackAnswer {
  readonly track: Track;
  /** Of the replica that was asked first; `unknown` as long as it has said none. */
  readonly build: string;
  readonly served: Served;
  readonly reason: ExposureReason;
  readonly seconds: number;
  readonly movies: number;
  readonly personalised: boolean;
  /** Undefined where the client went away. */
  readonly firstAttempt: FirstAttemptResult | undefined;
}

export interface ReplicaGauges {
  readonly replica: string;
  readonly track: Track;
  readonly available: boolean;
  readonly inFlight: number;
}

/** The instruments of the load balancer, on a registry. */
export function createLoadBalancerMetrics(registry: Registry): LoadBalancerMetrics {
  return {
    ...requestMetrics(registry),
    ...createTrackMetrics(registry),
    ...replicaMetrics(registry),
    ...shadowMetrics(registry),
    ...routingMetrics(registry),
    ...exposureMetrics(registry),
  };
}

function requestMetrics(registry: Registry) {
  const registers = [registry];
  const answers = new Histogram({
    name: "canarec_recommend_duration_seconds",
    help: "From the arrival of a request to /recommend to the last byte of its answer",
    labelNames: ["served", "reason"] as const,
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const api = new Counter({
    name: "canarec_api_answers_total",
    help: "Answers below /api/v1 by status",
    labelNames: ["status"] as const,
    registers,
  });
  const refused = new Counter({
    name: "canarec_requests_refused_total",
    help: "Requests refused before any replica saw them, by status",
    labelNames: ["status"] as const,
    registers,
  });
  const limited = new Counter({
    name: "canarec_requests_limited_total",
    help: "Requests refused because their address has asked too often, by what they asked for",
    labelNames: ["path"] as const,
    registers,
  });
  for (const path of LIMITED_PATHS) limited.inc({ path }, 0);
  return {
    rateLimited: (path: LimitedPath) => limited.inc({ path }),
    answered: (served: Served, reason: ExposureReason, seconds: number) =>
      answers.observe({ served, reason }, seconds),
    apiAnswered: (status: number) => api.inc({ status: String(status) }),
    requestRefused: (status: number) => refused.inc({ status: String(status) }),
  };
}

function replicaMetrics(registry: Registry) {
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const attempts = counter(
    "canarec_attempts_total",
    "Attempts at a replica by how they ended; `ok` is a usable answer",
    ["replica", "result"],
  );
  const unsent = counter("canarec_attempts_unsent_total", "Calls that no replica could take", [
    "track",
    "error",
  ]);
  const noRetry = counter("canarec_retries_refused_total", "Retries that the budget forbade", []);
  const checks = counter("canarec_replica_checks_total", "Active health checks by result", [
    "replica",
    "result",
  ]);
  const ejections = counter("canarec_replica_ejections_total", "Ejections by their last cause", [
    "replica",
    "error",
  ]);
  const popular = counter("canarec_popular_list_refreshes_total", "Refreshes of the own list", [
    "result",
  ]);
  return {
    attemptSucceeded: (replica: string) => attempts.inc({ replica, result: "ok" }),
    attemptFailed: (replica: string, error: AttemptError) =>
      attempts.inc({ replica, result: error }),
    attemptUnsent: (track: Track, error: AttemptError) => unsent.inc({ track, error }),
    retryRefused: () => noRetry.inc(),
    replicaChecked: (replica: string, result: CheckResult) => checks.inc({ replica, result }),
    replicaEjected: (replica: string, error: AttemptError) => ejections.inc({ replica, error }),
    popularListRefreshed: (ok: boolean) => popular.inc({ result: ok ? "ok" : "failed" }),
    watchReplicas: (read: () => readonly ReplicaGauges[]) => watchReplicas(registry, read),
  };
}

function watchReplicas(registry: Registry, read: () => readonly ReplicaGauges[]): void {
  const gauge = (
    [name, help, aggregator]: readonly [string, string, Aggregator],
    valueOf: (gauges: ReplicaGauges) => number,
  ) =>
    new Gauge({
      name,
      help,
      aggregator,
      labelNames: ["replica", "track"] as const,
      registers: [registry],
      collect() {
        this.reset(); // replicas come and go
        for (const gauges of read()) {
          this.set({ replica: gauges.replica, track: gauges.track }, valueOf(gauges));
        }
      },
    });
  gauge(["canarec_replica_available", "1 if requests are sent there", "min"], ({ available }) =>
    Number(available),
  );
  gauge(
    ["canarec_replica_requests_in_flight", "Requests under way there", "sum"],
    ({ inFlight }) => inFlight,
  );
}

function shadowMetrics(registry: Registry) {
  const registers = [registry];
  const seconds = new Histogram({
    name: "canarec_shadow_duration_seconds",
    help: "Nightly's answers to shadowed requests, by how they ended",
    labelNames: ["result"] as const,
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const share = (name: string, help: string) =>
    new Histogram({ name, help, buckets: [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1], registers });
  const overlaps = share("canarec_shadow_overlap_ratio", "Share of movies in both lists");
  const distances = share("canarec_shadow_distance_ratio", "Footrule between both lists");
  return {
    shadowCompared(overlap: number, distance: number, took: number) {
      seconds.observe({ result: "ok" }, took);
      overlaps.observe(overlap);
      distances.observe(distance);
    },
    shadowFailed: (error: AttemptError, took: number) => seconds.observe({ result: error }, took),
  };
}

function routingMetrics(registry: Registry) {
  const registers = [registry];
  const gauge = (name: string, help: string, aggregator: Aggregator) =>
    new Gauge({ name, help, aggregator, registers });
  const version = gauge("canarec_routing_version", "Routing snapshot in force everywhere", "min");
  const weight = gauge("canarec_nightly_weight_ratio", "Share of the users on nightly", "max");
  const lost = new Counter({
    name: "canarec_leases_lost_total",
    help: "Times that nobody renewed nightly's lease",
    aggregator: "max", // each worker counts the same
    registers,
  });
  return {
    routingChanged(routing: { readonly version: number; readonly nightlyWeight: number }) {
      version.set(routing.version);
      weight.set(routing.nightlyWeight);
    },
    leaseLost: () => lost.inc(),
  };
}

function exposureMetrics(registry: Registry) {
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const taken = counter("canarec_exposures_total", "Exposures taken for delivery", []);
  const delivered = counter("canarec_exposures_delivered_total", "Exposures Kafka has", []);
  const spooled = counter("canarec_exposures_spooled_total", "Exposures put on disk", []);
  const dropped = counter("canarec_exposures_dropped_total", "Exposures lost", ["reason"]);
  const refused = counter("canarec_spool_refused_total", "Writes that the spool refused", [
    "reason",
  ]);
  const away = new Gauge({
    name: "canarec_exposure_kafka_away",
    help: "1 while exposures cannot be sent to Kafka",
    aggregator: "max",
    registers: [registry],
  });
  for (const reason of ["buffer_full", "torn", "stopped"] as const) dropped.inc({ reason }, 0);
  return {
    exposureTaken: () => taken.inc(),
    exposuresDelivered: (count: number) => delivered.inc(count),
    exposuresSpooled: (count: number) => spooled.inc(count),
    exposuresDropped: (reason: DropReason, count: number) => dropped.inc({ reason }, count),
    spoolRefused: (reason: "full" | "failed") => refused.inc({ reason }),
    kafkaAway: (is: boolean) => away.set(Number(is)),
    watchDelivery(read: { readonly buffered: () => number; readonly spooled: () => number }) {
      watch(registry, "canarec_exposures_buffered", "Exposures in memory", read.buffered);
      watch(registry, "canarec_exposure_spool_bytes", "Bytes of exposures on disk", read.spooled);
    },
  };
}

function watch(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

/** What the parent of the workers counts by itself. */
export function createParentMetrics(registry: Registry) {
  const ended = new Counter({
    name: "canarec_workers_ended_total",
    help: "Workers that ended without having been told to",
    registers: [registry],
  });
  return { workerEnded: () => ended.inc() };
}
