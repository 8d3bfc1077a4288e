import { type Env, parseConfig, variable } from "@canarec/service-kit/config";
import {
  METRICS_TOKEN_VARIABLES,
  type MetricsToken,
  metricsTokenFrom,
} from "@canarec/service-kit/metrics-access";
import { z } from "zod";

export interface SimulatorConfig {
  readonly host: string;
  /** Of the metadata API. */
  readonly port: number;
  readonly metricsToken: MetricsToken;
  readonly databaseUrl: string;
  readonly kafkaBrokers: readonly string[];
  readonly streamTopic: string;
  /** Of the topic, if it is not there yet. */
  readonly streamPartitions: number;
  /** IANA name of the platform's zone. */
  readonly streamZone: string;
  readonly recommendUrl: string;
  readonly deadlineMs: number;
  readonly seed: number;
  /** Lines a second, the mean of a day. */
  readonly rate: number;
  readonly users: number;
  /** Nobody watches longer; absent: as long as the movie. */
  readonly longestVisitMinutes: number | undefined;
  readonly dailySwing: number;
  readonly newUsersPerDay: number;
  readonly newMoviesPerDay: number;
  readonly damagedShare: number;
  readonly ratingMax: number;
  /** Requests a second that the metadata API answers. */
  readonly metadataRateLimit: number;
  readonly logLevel: string;
}

/** A watcher writes a line a minute, so a line a second takes sixty; some users must be left to come next. */
const USERS_PER_LINE = 60;

const SimulatorEnv = z
  .object({
    HOST: z.string().min(1).default("127.0.0.1"),
    PORT: variable.port.default(8080),
    ...METRICS_TOKEN_VARIABLES,
    DATABASE_URL: variable.postgresUrl,
    KAFKA_BROKERS: variable.addresses,
    STREAM_TOPIC: z.string().min(1).default("movielog"),
    STREAM_PARTITIONS: variable.count.pipe(z.int().min(1)).default(2),
    STREAM_ZONE: variable.zone.default("UTC"),
    RECOMMEND_URL: variable.httpUrl.default("http://127.0.0.1:8082"),
    DEADLINE_MS: variable.milliseconds.default(600),
    SEED: variable.count.default(1),
    RATE: variable.number.pipe(z.number().positive().max(10_000)).default(50),
    USERS: variable.count.pipe(z.int().min(1)).optional(),
    LONGEST_VISIT_MINUTES: variable.count.pipe(z.int().min(1)).optional(),
    DAILY_SWING: variable.fraction.default(0.3),
    NEW_USERS_PER_DAY: variable.number.default(500),
    NEW_MOVIES_PER_DAY: variable.number.default(48),
    DAMAGED_SHARE: variable.fraction.default(0.0004),
    RATING_MAX: variable.ratingMax.default(5),
    METADATA_RATE_LIMIT: variable.count.pipe(z.int().min(1)).default(20),
    LOG_LEVEL: variable.logLevel.default("info"),
  })
  .superRefine((env, context) => {
    const least = Math.ceil(2 * USERS_PER_LINE * env.RATE);
    if (env.USERS === undefined || env.USERS >= least) return;
    context.addIssue({ code: "custom", path: ["USERS"], message: `RATE needs at least ${least}` });
  });

/** @throws ConfigError naming every malformed variable. */
export function simulatorConfig(env: Env): SimulatorConfig {
  const e = parseConfig(SimulatorEnv, env);
  return {
    host: e.HOST,
    port: e.PORT,
    metricsToken: metricsTokenFrom(e),
    databaseUrl: e.DATABASE_URL,
    kafkaBrokers: e.KAFKA_BROKERS,
    streamTopic: e.STREAM_TOPIC,
    streamPartitions: e.STREAM_PARTITIONS,
    streamZone: e.STREAM_ZONE,
    recommendUrl: e.RECOMMEND_URL,
    deadlineMs: e.DEADLINE_MS,
    seed: e.SEED,
    rate: e.RATE,
    users: e.USERS ?? Math.max(10_000, Math.ceil(4 * USERS_PER_LINE * e.RATE)),
    longestVisitMinutes: e.LONGEST_VISIT_MINUTES,
    dailySwing: e.DAILY_SWING,
    newUsersPerDay: e.NEW_USERS_PER_DAY,
    newMoviesPerDay: e.NEW_MOVIES_PER_DAY,
    damagedShare: e.DAMAGED_SHARE,
    ratingMax: e.RATING_MAX,
    metadataRateLimit: e.METADATA_RATE_LIMIT,
    logLevel: e.LOG_LEVEL,
  };
}
