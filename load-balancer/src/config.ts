import { join } from "node:path";
import { type Env, parseConfig, variable } from "@canarec/service-kit/config";
import {
  METRICS_TOKEN_VARIABLES,
  type MetricsToken,
  metricsTokenFrom,
} from "@canarec/service-kit/metrics-access";
import { z } from "zod";
import type { RateLimits } from "./proxy/rate-limit.ts";

export interface LoadBalancerConfig {
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  readonly metricsToken: MetricsToken;
  readonly logLevel: string;
  /** Processes that answer users. */
  readonly workers: number;
  /** Main's replicas where no controller names them; with a controller, none. */
  readonly replicaUrls: readonly string[];
  /** The last routing snapshot. */
  readonly routingFile: string;
  /** Where operators are told that the controller is gone. A secret. */
  readonly slackWebhookUrl: string | undefined;
  /** Holds the bearer token of who may change the routing. */
  readonly controlTokenFile: string;
  /** From the arrival of a request to /recommend to its answer. */
  readonly deadlineMs: number;
  readonly apiDeadlineMs: number;
  /** Most calls under way at one replica, and most waiting for one, per track. */
  readonly replicaConcurrency: number;
  readonly queueLimit: number;
  readonly healthIntervalMs: number;
  readonly popularRefreshMs: number;
  readonly popularFile: string;
  /** Of one address, in one worker. */
  readonly rateLimits: RateLimits;
  readonly drainDelayMs: number;
  readonly drainMs: number;
  readonly exposures: {
    readonly brokers: readonly string[];
    readonly topic: string;
    readonly spoolFolder: string;
    /** Of this process, as is the next. */
    readonly spoolBytes: number;
    readonly bufferMessages: number;
  };
}

const MEBIBYTE = 1_024 * 1_024;

const LoadBalancerEnv = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: variable.port.default(8_082),
  ADMIN_HOST: z.string().default("127.0.0.1"),
  ADMIN_PORT: variable.port.default(9_082),
  ...METRICS_TOKEN_VARIABLES,
  LOG_LEVEL: variable.logLevel.default("info"),
  WORKERS: variable.count.pipe(z.int().min(1).max(64)).default(1),
  REPLICA_URLS: variable.urls.optional(),
  SLACK_WEBHOOK_URL: variable.webhookUrl.optional(),
  CONTROL_TOKEN_FILE: z.string().min(1).optional(),
  DEADLINE_MS: variable.milliseconds.pipe(z.int().min(100)).default(600),
  API_DEADLINE_MS: variable.milliseconds.default(2_000),
  REPLICA_CONCURRENCY: variable.count.pipe(z.int().min(1).max(1_024)).default(64),
  QUEUE_LIMIT: variable.count.default(256),
  HEALTH_INTERVAL_MS: variable.milliseconds.default(2_000),
  POPULAR_REFRESH_MS: variable.milliseconds.default(60_000),
  RATE_LIMIT_RECOMMEND: variable.count.default(5_000),
  RATE_LIMIT_API: variable.count.default(500),
  RATE_LIMIT_CHANGES: variable.count.default(100),
  RATE_LIMIT_OTHER: variable.count.default(100),
  DRAIN_DELAY_MS: variable.count.default(0),
  DRAIN_MS: variable.milliseconds.default(10_000),
  KAFKA_BROKERS: variable.addresses,
  EXPOSURE_TOPIC: z.string().min(1).default("canarec-exposures"),
  EXPOSURE_SPOOL_MIB: variable.count.pipe(z.int().min(1)).default(256),
  EXPOSURE_BUFFER: variable.count.pipe(z.int().min(1)).default(20_000),
  CANAREC_HOME: z.string().min(1).default(".canarec"),
});

/** @throws ConfigError naming every malformed variable. */
export function loadBalancerConfig(env: Env): LoadBalancerConfig {
  const e = parseConfig(LoadBalancerEnv, env);
  const folder = join(e.CANAREC_HOME, "load-balancer");
  return {
    host: e.HOST,
    port: e.PORT,
    adminHost: e.ADMIN_HOST,
    adminPort: e.ADMIN_PORT,
    metricsToken: metricsTokenFrom(e),
    logLevel: e.LOG_LEVEL,
    workers: e.WORKERS,
    replicaUrls: e.REPLICA_URLS ?? [],
    slackWebhookUrl: e.SLACK_WEBHOOK_URL,
    routingFile: join(folder, "routing.json"),
    controlTokenFile: e.CONTROL_TOKEN_FILE ?? join(e.CANAREC_HOME, "control-token"),
    deadlineMs: e.DEADLINE_MS,
    apiDeadlineMs: e.API_DEADLINE_MS,
    replicaConcurrency: e.REPLICA_CONCURRENCY,
    queueLimit: e.QUEUE_LIMIT,
    healthIntervalMs: e.HEALTH_INTERVAL_MS,
    popularRefreshMs: e.POPULAR_REFRESH_MS,
    popularFile: join(folder, "popular-list.json"),
    rateLimits: {
      recommend: e.RATE_LIMIT_RECOMMEND,
      api: e.RATE_LIMIT_API,
      change: e.RATE_LIMIT_CHANGES,
      other: e.RATE_LIMIT_OTHER,
    },
    drainDelayMs: e.DRAIN_DELAY_MS,
    drainMs: e.DRAIN_MS,
    exposures: {
      brokers: e.KAFKA_BROKERS,
      topic: e.EXPOSURE_TOPIC,
      spoolFolder: join(folder, "exposures"),
      spoolBytes: Math.floor((e.EXPOSURE_SPOOL_MIB * MEBIBYTE) / e.WORKERS),
      bufferMessages: Math.ceil(e.EXPOSURE_BUFFER / e.WORKERS),
    },
  };
}
