import { type Env, parseConfig, variable } from "@canarec/service-kit/config";
import {
  METRICS_TOKEN_VARIABLES,
  type MetricsToken,
  metricsTokenFrom,
} from "@canarec/service-kit/metrics-access";
import { z } from "zod";
import { createZone } from "./contract/zone.ts";
import { DEFAULT_LIMITS, type StreamLimits } from "./parsing/limits.ts";

export interface StreamParserConfig {
  readonly host: string;
  readonly port: number;
  readonly metricsToken: MetricsToken;
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  /** The platform's topic. */
  readonly topic: string;
  /** The load balancer's topic. */
  readonly exposureTopic: string;
  /** Parsers of one group share the partitions of both topics. */
  readonly group: string;
  /** Of the group: how long a parser that is silent keeps its partitions. */
  readonly sessionMs: number;
  readonly limits: StreamLimits;
  /** The platform's metadata API; undefined: movies and users stay placeholders. */
  readonly metadataUrl: string | undefined;
  readonly logLevel: string;
}

const zone = z.string().transform((name, context) => {
  try {
    return createZone(name);
  } catch {
    context.addIssue({ code: "custom", message: "expected an IANA zone like Europe/Berlin" });
    return z.NEVER;
  }
});

/** What Kafka allows as a name. */
const topic = z.string().regex(/^[\w.-]{1,249}$/, "expected letters, digits, dots, _ and -");

const StreamParserEnv = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: variable.port.default(8085),
  ...METRICS_TOKEN_VARIABLES,
  DATABASE_URL: variable.postgresUrl,
  KAFKA_BROKERS: variable.addresses,
  STREAM_TOPIC: topic.default("movielog"),
  EXPOSURE_TOPIC: topic.default("canarec-exposures"),
  STREAM_GROUP: topic.default("canarec-stream-parser"),
  STREAM_SESSION_MS: variable.milliseconds.pipe(z.int().min(1_000)).default(6_000),
  RATING_MAX: variable.ratingMax.default(5),
  STREAM_ZONE: zone.prefault("UTC"),
  STREAM_EARLIEST: z.iso.date({ error: "expected YYYY-MM-DD" }).default("1970-01-01"),
  STREAM_MAX_AHEAD_MS: variable.milliseconds.default(DEFAULT_LIMITS.maxAheadMs),
  STREAM_MAX_MINUTE: variable.count.default(DEFAULT_LIMITS.maxMinute),
  STREAM_MAX_LINE_BYTES: variable.count.default(DEFAULT_LIMITS.maxLineBytes),
  METADATA_URL: variable.httpUrl.optional(),
  LOG_LEVEL: variable.logLevel.default("info"),
});

/** @throws ConfigError naming every malformed variable. */
export function streamParserConfig(env: Env): StreamParserConfig {
  const e = parseConfig(StreamParserEnv, env);
  return {
    host: e.HOST,
    port: e.PORT,
    metricsToken: metricsTokenFrom(e),
    databaseUrl: e.DATABASE_URL,
    brokers: e.KAFKA_BROKERS,
    topic: e.STREAM_TOPIC,
    exposureTopic: e.EXPOSURE_TOPIC,
    group: e.STREAM_GROUP,
    sessionMs: e.STREAM_SESSION_MS,
    limits: {
      zone: e.STREAM_ZONE,
      ratingMax: e.RATING_MAX,
      maxMinute: e.STREAM_MAX_MINUTE,
      maxLineBytes: e.STREAM_MAX_LINE_BYTES,
      earliestMs: Date.parse(e.STREAM_EARLIEST),
      maxAheadMs: e.STREAM_MAX_AHEAD_MS,
    },
    metadataUrl: e.METADATA_URL,
    logLevel: e.LOG_LEVEL,
  };
}
