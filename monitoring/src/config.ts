import { resolve } from "node:path";
import { type Env, parseConfig, variable } from "@canarec/service-kit/config";
import { z } from "zod";
import { cronExpression } from "./jobs/cron-expression.ts";

export interface MonitoringConfig {
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  readonly databaseUrl: string;
  /** Absent: notices go to the log. A secret. */
  readonly slackWebhookUrl: string | undefined;
  /** Cron expressions, in UTC, of jobs that are not to run at their usual times. */
  readonly schedules: Readonly<Record<string, string | undefined>>;
  /** The platform's topic, and that of exposures: whose progress tells how far the data are complete. */
  readonly streamTopic: string;
  readonly exposureTopic: string;
  /** Of an answer; a slower one counts as late. */
  readonly deadlineMs: number;
  /** The program of the `canarec` command. */
  readonly canarec: string;
  /** Environment of the commands. */
  readonly commandEnv: Readonly<Record<string, string>>;
}

const CANAREC = resolve(import.meta.dirname, "../../cli/bin/canarec.mjs");

/** Of our own environment, all that a command may see; it needs no secret but the database's. */
const FOR_COMMANDS = [
  ...["PATH", "HOME", "TZ", "CANAREC_HOME", "NODE_EXTRA_CA_CERTS"],
  ...["DATABASE_URL", "PGPASSWORD", "PGPASSFILE"],
];

const MonitoringEnv = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: variable.port.default(8_086),
  LOG_LEVEL: variable.logLevel.default("info"),
  DATABASE_URL: variable.postgresUrl,
  SLACK_WEBHOOK_URL: variable.httpUrl.optional(),
  STREAM_TOPIC: z.string().min(1).default("movielog"),
  EXPOSURE_TOPIC: z.string().min(1).default("canarec-exposures"),
  DEADLINE_MS: variable.milliseconds.default(600),
  RETENTION_SCHEDULE: cronExpression.optional(),
  STATISTICS_SCHEDULE: cronExpression.optional(),
});

/** @throws ConfigError naming every malformed variable. */
export function monitoringConfig(env: Env): MonitoringConfig {
  const e = parseConfig(MonitoringEnv, env);
  return {
    host: e.HOST,
    port: e.PORT,
    logLevel: e.LOG_LEVEL,
    databaseUrl: e.DATABASE_URL,
    slackWebhookUrl: e.SLACK_WEBHOOK_URL,
    schedules: { retention: e.RETENTION_SCHEDULE, statistics: e.STATISTICS_SCHEDULE },
    streamTopic: e.STREAM_TOPIC,
    exposureTopic: e.EXPOSURE_TOPIC,
    deadlineMs: e.DEADLINE_MS,
    canarec: CANAREC,
    commandEnv: Object.fromEntries(
      FOR_COMMANDS.flatMap((name) => {
        const value = env[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
}
