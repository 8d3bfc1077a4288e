import { resolve } from "node:path";
import { LIST_RULE_VARIABLES, type ListRules, listRulesFrom } from "@canarec/inference/list-rules";
import { type Env, parseConfig, variable } from "@canarec/service-kit/config";
import { z } from "zod";

/** What the environment says of a cluster; the command line says the rest. */
export interface ClusterConfig {
  /** Servers of one's own; absent ones are started. */
  readonly databaseUrl: string | undefined;
  /** `host:port,host:port` */
  readonly kafkaBrokers: string | undefined;
  readonly chromaUrl: string | undefined;
  /** Of the public address. */
  readonly host: string;
  readonly streamTopic: string;
  readonly exposureTopic: string;
  /** Where the jars of the embedded Kafka are kept; `.cache` of the repository if absent. */
  readonly cacheDir: string | undefined;
  readonly javaHome: string | undefined;
  readonly minilmPath: string | undefined;
  /** As replicas are given them. */
  readonly listRules: ListRules;
  /** The repository that releases are of: this checkout unless said otherwise. */
  readonly releaseRepository: string;
  /** Absent: `control-token` in the home. */
  readonly controlTokenFile: string | undefined;
  /** Of scheduled backups. Absolute; absent: `backups` in the home. */
  readonly backupFolder: string | undefined;
  /** Of how many days and weeks they stay. */
  readonly backupDaily: number;
  readonly backupWeekly: number;
  /** Absolute; absent: metrics are for this machine alone. */
  readonly metricsTokenFile: string | undefined;
  readonly streamZone: string;
  readonly ratingMax: number;
  /** Slack's, for Alertmanager; without it nobody is told. */
  readonly slackWebhookUrl: string | undefined;
  /** How many times shorter the windows and waits of the alerts are than written. */
  readonly alertPace: number;
  /** So long a build of a service that took over is watched, and taken back where it does worse; 0: not. */
  readonly serviceProbationSeconds: number;
}

const ROOT = resolve(import.meta.dirname, "../..");

const ClusterEnv = z.object({
  DATABASE_URL: variable.postgresUrl.optional(),
  KAFKA_BROKERS: variable.addresses.optional(),
  CHROMA_URL: variable.httpUrl.optional(),
  HOST: z.string().min(1).default("127.0.0.1"),
  STREAM_TOPIC: z.string().min(1).default("movielog"),
  EXPOSURE_TOPIC: z.string().min(1).default("canarec-exposures"),
  CANAREC_CACHE: z.string().optional(),
  JAVA_HOME: z.string().optional(),
  MINILM_PATH: z.string().optional(),
  ...LIST_RULE_VARIABLES,
  RELEASE_REPOSITORY: z.string().min(1).default(ROOT),
  CONTROL_TOKEN_FILE: z.string().min(1).optional(),
  METRICS_TOKEN_FILE: z.string().min(1).optional(),
  BACKUP_FOLDER: z.string().min(1).optional(),
  BACKUP_DAILY: variable.count.pipe(z.int().min(1).max(10_000)).default(7),
  BACKUP_WEEKLY: variable.count.pipe(z.int().max(10_000)).default(4),
  STREAM_ZONE: variable.zone.default("UTC"),
  RATING_MAX: variable.ratingMax.default(5),
  SLACK_WEBHOOK_URL: variable.webhookUrl.optional(),
  SERVICE_PROBATION_SECONDS: variable.number.pipe(z.number().min(0).max(86_400)).default(300),
  ALERT_PACE: variable.number.pipe(z.number().min(1).max(1_000)).default(1),
});

/** @throws ConfigError naming every malformed variable. */
export function clusterConfig(env: Env): ClusterConfig {
  const e = parseConfig(ClusterEnv, env);
  return {
    databaseUrl: e.DATABASE_URL,
    kafkaBrokers: e.KAFKA_BROKERS?.join(","),
    chromaUrl: e.CHROMA_URL,
    host: e.HOST,
    streamTopic: e.STREAM_TOPIC,
    exposureTopic: e.EXPOSURE_TOPIC,
    cacheDir: e.CANAREC_CACHE === undefined ? undefined : resolve(e.CANAREC_CACHE),
    javaHome: e.JAVA_HOME,
    minilmPath: modelPath(e.MINILM_PATH),
    listRules: listRulesFrom(e),
    releaseRepository: resolve(e.RELEASE_REPOSITORY),
    controlTokenFile: e.CONTROL_TOKEN_FILE,
    metricsTokenFile:
      e.METRICS_TOKEN_FILE === undefined ? undefined : resolve(e.METRICS_TOKEN_FILE),
    backupFolder: e.BACKUP_FOLDER === undefined ? undefined : resolve(e.BACKUP_FOLDER),
    backupDaily: e.BACKUP_DAILY,
    backupWeekly: e.BACKUP_WEEKLY,
    streamZone: e.STREAM_ZONE,
    ratingMax: e.RATING_MAX,
    slackWebhookUrl: e.SLACK_WEBHOOK_URL,
    alertPace: e.ALERT_PACE,
    serviceProbationSeconds: e.SERVICE_PROBATION_SECONDS,
  };
}

/** Absolute, because commands and services start in other folders; `hub` is no folder. */
function modelPath(given: string | undefined): string | undefined {
  return given === undefined || given === "hub" ? given : resolve(given);
}
