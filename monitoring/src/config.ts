import { join, resolve } from "node:path";
import { type Env, parseConfig, variable } from "@canarec/service-kit/config";
import {
  METRICS_TOKEN_VARIABLES,
  type MetricsToken,
  metricsTokenFrom,
} from "@canarec/service-kit/metrics-access";
import { type Zone, createZone } from "@canarec/stream-parser/contract/zone";
import { z } from "zod";
import { cronExpression } from "./jobs/cron-expression.ts";

export interface MonitoringConfig {
  readonly host: string;
  readonly port: number;
  readonly metricsToken: MetricsToken;
  readonly logLevel: string;
  readonly databaseUrl: string;
  /** Whose disk is told of. */
  readonly home: string;
  /** Absent: notices go to the log. A secret. */
  readonly slackWebhookUrl: string | undefined;
  /** Cron expressions, in UTC, of jobs that are not to run at their usual times. */
  readonly schedules: Readonly<Record<string, string | undefined>>;
  /** The platform's topic, and that of exposures: whose progress tells how far the data are complete. */
  readonly streamTopic: string;
  readonly exposureTopic: string;
  /** Absent: how soon an event is servable is not measured. */
  readonly probe: ProbeConfig | undefined;
  /** Of an answer; a slower one counts as late. */
  readonly deadlineMs: number;
  readonly backups: BackupConfig;
  /** Who tells of the six fixed things: monitoring itself, or Alertmanager, which runs beside it. */
  readonly alertsBy: "monitoring" | "alertmanager";
  /** Admin addresses of the data planes, and addresses of the stream parsers: whose metrics are watched. */
  readonly dataPlaneUrls: readonly string[];
  readonly parserUrls: readonly string[];
  /** Absent: no tags are watched. */
  readonly tags: TagConfig | undefined;
  /** When main's own code is released with a new bundle, as a cron expression in UTC; absent: never. */
  readonly releaseSchedule: string | undefined;
  /** The plan of releases that nobody types. */
  readonly releasePlan: string;
  /** The program of the `canarec` command. */
  readonly canarec: string;
  /** Environment of the commands. */
  readonly commandEnv: Readonly<Record<string, string>>;
}

/** Where backups go, and of how many days and weeks they are kept. */
export interface BackupConfig {
  /** Absolute path. */
  readonly folder: string;
  readonly daily: number;
  readonly weekly: number;
}

/** Of the user whose events are our own. */
export interface ProbeConfig {
  readonly brokers: readonly string[];
  readonly everyMs: number;
  readonly zone: Zone;
}

export interface TagConfig {
  /** A path or an address; may hold a password. */
  readonly repository: string;
  readonly releaseRepository: string;
  readonly controlUrl: string;
  readonly tokenFile: string;
  readonly everyMs: number;
  /** Of git. */
  readonly env: Readonly<Record<string, string>>;
}

const CANAREC = resolve(import.meta.dirname, "../../cli/bin/canarec.mjs");

/** Of our own environment, all that a command may see; it needs no secret but the database's. */
const FOR_COMMANDS = [
  ...["PATH", "HOME", "TZ", "CANAREC_HOME", "NODE_EXTRA_CA_CERTS"],
  ...["DATABASE_URL", "PGPASSWORD", "PGPASSFILE"],
  // What `train` and `release submit` go by where no cluster's file lies in the home.
  ...["CHROMA_URL", "STREAM_TOPIC", "MINILM_PATH", "HIDE_ADULT", "WATCHED_ABOVE_SHARE"],
  ...["CONTROL_URL", "CONTROL_TOKEN_FILE"],
];

/** Keys and trust of its owner lie in the home; no password of ours. */
const FOR_GIT = ["PATH", "HOME", "SSH_AUTH_SOCK", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"];

function only(names: readonly string[], env: Env): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

const ROOT = resolve(import.meta.dirname, "../..");

const MonitoringEnv = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: variable.port.default(8_086),
  ...METRICS_TOKEN_VARIABLES,
  LOG_LEVEL: variable.logLevel.default("info"),
  DATABASE_URL: variable.postgresUrl,
  SLACK_WEBHOOK_URL: variable.webhookUrl.optional(),
  STREAM_TOPIC: z.string().min(1).default("movielog"),
  EXPOSURE_TOPIC: z.string().min(1).default("canarec-exposures"),
  STREAM_ZONE: variable.zone.default("UTC"),
  KAFKA_BROKERS: variable.addresses.optional(),
  // FreshnessLost holds for two minutes: one slow event alone shall not last so long.
  FRESHNESS_SECONDS: variable.count.pipe(z.int().max(60)).default(60),
  DEADLINE_MS: variable.milliseconds.default(600),
  RETENTION_SCHEDULE: cronExpression.optional(),
  STATISTICS_SCHEDULE: cronExpression.optional(),
  DIGEST_SCHEDULE: cronExpression.optional(),
  BACKUP_SCHEDULE: cronExpression.optional(),
  BUNDLE_SCHEDULE: cronExpression.optional(),
  BACKUP_FOLDER: z.string().min(1).optional(),
  BACKUP_DAILY: variable.count.pipe(z.int().min(1).max(10_000)).default(7),
  BACKUP_WEEKLY: variable.count.pipe(z.int().max(10_000)).default(4),
  RELEASE_SCHEDULE: cronExpression.optional(),
  RELEASE_PLAN: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .default("standard"),
  ALERTS_BY: z.enum(["monitoring", "alertmanager"]).default("monitoring"),
  DATA_PLANE_URLS: variable.urls.optional(),
  STREAM_PARSER_URLS: variable.urls.optional(),
  TAG_REPOSITORY: z.string().min(1).optional(),
  TAG_SECONDS: variable.count.pipe(z.int().min(1).max(86_400)).default(30),
  RELEASE_REPOSITORY: z.string().min(1).default(ROOT),
  CONTROL_URL: variable.httpUrl.default("http://127.0.0.1:9083"),
  CONTROL_TOKEN_FILE: z.string().min(1).optional(),
  CANAREC_HOME: z.string().min(1).default(".canarec"),
});

function probeOf(e: z.output<typeof MonitoringEnv>): ProbeConfig | undefined {
  const { KAFKA_BROKERS: brokers, FRESHNESS_SECONDS: seconds } = e;
  if (brokers === undefined || seconds === 0) return undefined;
  return { brokers, everyMs: seconds * 1_000, zone: createZone(e.STREAM_ZONE) };
}

/** @throws ConfigError naming every malformed variable. */
export function monitoringConfig(env: Env): MonitoringConfig {
  const e = parseConfig(MonitoringEnv, env);
  return {
    host: e.HOST,
    port: e.PORT,
    metricsToken: metricsTokenFrom(e),
    logLevel: e.LOG_LEVEL,
    databaseUrl: e.DATABASE_URL,
    home: resolve(e.CANAREC_HOME),
    slackWebhookUrl: e.SLACK_WEBHOOK_URL,
    schedules: {
      retention: e.RETENTION_SCHEDULE,
      statistics: e.STATISTICS_SCHEDULE,
      digest: e.DIGEST_SCHEDULE,
      backup: e.BACKUP_SCHEDULE,
      bundles: e.BUNDLE_SCHEDULE,
    },
    backups: {
      folder: resolve(e.BACKUP_FOLDER ?? join(e.CANAREC_HOME, "backups")),
      ...{ daily: e.BACKUP_DAILY, weekly: e.BACKUP_WEEKLY },
    },
    streamTopic: e.STREAM_TOPIC,
    exposureTopic: e.EXPOSURE_TOPIC,
    probe: probeOf(e),
    deadlineMs: e.DEADLINE_MS,
    alertsBy: e.ALERTS_BY,
    dataPlaneUrls: e.DATA_PLANE_URLS ?? [],
    parserUrls: e.STREAM_PARSER_URLS ?? [],
    tags:
      e.TAG_REPOSITORY === undefined
        ? undefined
        : {
            repository: e.TAG_REPOSITORY,
            releaseRepository: resolve(e.RELEASE_REPOSITORY),
            controlUrl: e.CONTROL_URL,
            tokenFile: e.CONTROL_TOKEN_FILE ?? join(resolve(e.CANAREC_HOME), "control-token"),
            everyMs: e.TAG_SECONDS * 1_000,
            env: only(FOR_GIT, env),
          },
    releaseSchedule: e.RELEASE_SCHEDULE,
    releasePlan: e.RELEASE_PLAN,
    canarec: CANAREC,
    commandEnv: { ...only(FOR_COMMANDS, env), CANAREC_ACTOR: "monitoring" },
  };
}
