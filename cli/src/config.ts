import { type Env, parseConfig, variable } from "@canarec/service-kit/config";
import { LIST_RULE_VARIABLES, type ListRules, listRulesFrom } from "@canarec/inference/list-rules";
import { z } from "zod";

/** What the environment says; the cluster's file says the rest. */
export interface CliConfig {
  readonly databaseUrl: string | undefined;
  readonly kafkaBrokers: readonly string[] | undefined;
  readonly chromaUrl: string | undefined;
  readonly home: string | undefined;
  readonly controlUrl: string | undefined;
  readonly releaseRepository: string | undefined;
  readonly controlTokenFile: string | undefined;
  readonly streamTopic: string | undefined;
  readonly streamZone: string | undefined;
  readonly exposureTopic: string;
  readonly ratingMax: number | undefined;
  readonly minilmPath: string | undefined;
  /** Where scheduled backups are. */
  readonly backupFolder: string | undefined;
  /** Of how many days and weeks. */
  readonly backupDaily: number | undefined;
  readonly backupWeekly: number | undefined;
  /** Over those of another. */
  readonly listRulesOver: (otherwise: ListRules | undefined) => ListRules;
  readonly logLevel: string;
}

const CliEnv = z.object({
  DATABASE_URL: variable.postgresUrl.optional(),
  KAFKA_BROKERS: variable.addresses.optional(),
  CHROMA_URL: variable.httpUrl.optional(),
  CANAREC_HOME: z.string().optional(),
  CONTROL_URL: variable.httpUrl.optional(),
  RELEASE_REPOSITORY: z.string().min(1).optional(),
  CONTROL_TOKEN_FILE: z.string().min(1).optional(),
  STREAM_TOPIC: z.string().optional(),
  STREAM_ZONE: variable.zone.optional(),
  EXPOSURE_TOPIC: z.string().min(1).default("canarec-exposures"),
  RATING_MAX: variable.ratingMax.optional(),
  MINILM_PATH: z.string().optional(),
  BACKUP_FOLDER: z.string().min(1).optional(),
  BACKUP_DAILY: variable.count.pipe(z.int().min(1).max(10_000)).optional(),
  BACKUP_WEEKLY: variable.count.pipe(z.int().max(10_000)).optional(),
  ...LIST_RULE_VARIABLES,
  LOG_LEVEL: variable.logLevel.default("info"),
});

/** @throws ConfigError naming every malformed variable. */
export function cliConfig(env: Env): CliConfig {
  const e = parseConfig(CliEnv, env);
  return {
    databaseUrl: e.DATABASE_URL,
    kafkaBrokers: e.KAFKA_BROKERS,
    chromaUrl: e.CHROMA_URL,
    home: e.CANAREC_HOME,
    controlUrl: e.CONTROL_URL,
    releaseRepository: e.RELEASE_REPOSITORY,
    controlTokenFile: e.CONTROL_TOKEN_FILE,
    streamTopic: e.STREAM_TOPIC,
    streamZone: e.STREAM_ZONE,
    exposureTopic: e.EXPOSURE_TOPIC,
    ratingMax: e.RATING_MAX,
    minilmPath: e.MINILM_PATH,
    backupFolder: e.BACKUP_FOLDER,
    backupDaily: e.BACKUP_DAILY,
    backupWeekly: e.BACKUP_WEEKLY,
    listRulesOver: (otherwise) => listRulesFrom(e, otherwise),
    logLevel: e.LOG_LEVEL,
  };
}
