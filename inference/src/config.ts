import path from "node:path";
import { type Env, parseConfig, variable } from "@canarec/service-kit/config";
import {
  METRICS_TOKEN_VARIABLES,
  type MetricsToken,
  metricsTokenFrom,
} from "@canarec/service-kit/metrics-access";
import { z } from "zod";
import { LIST_RULE_VARIABLES, type ListRules, listRulesFrom } from "./list-rules.ts";

export interface InferenceConfig extends ListRules {
  readonly databaseUrl: string;
  readonly chromaUrl: string;
  /** Topic of the stream: popularity is as of its latest event. */
  readonly streamTopic: string;
  /** Folder of what may be lost: cached bundles are below it. */
  readonly home: string;
  readonly host: string;
  readonly port: number;
  readonly metricsToken: MetricsToken;
  readonly logLevel: string;
  /** A whole answer's budget, the load balancer's share included. */
  readonly deadlineMs: number;
  /** Time for scoring one list; models that it does not suffice for are left out. */
  readonly scoringBudgetMs: number;
  /** Serve this bundle and no other; absent: the newest complete one, and each that follows. */
  readonly bundleId?: string;
  /** Which code this is; told with every answer. */
  readonly build: string;
  /** Folder of the embedding model; absent: the one that the project ships. */
  readonly modelPath?: string;
  /** Rows of histories kept in memory, over all users. */
  readonly historyRows: number;
  /** Connections for reading histories. */
  readonly historyConnections: number;
}

const InferenceEnv = z.object({
  DATABASE_URL: variable.postgresUrl,
  CHROMA_URL: variable.httpUrl,
  STREAM_TOPIC: z.string().min(1).default("movielog"),
  CANAREC_HOME: z.string().default(".canarec"),
  HOST: z.string().default("127.0.0.1"),
  PORT: variable.port.default(8083),
  ...METRICS_TOKEN_VARIABLES,
  LOG_LEVEL: variable.logLevel.default("info"),
  DEADLINE_MS: variable.milliseconds.default(600),
  ...LIST_RULE_VARIABLES,
  SCORING_BUDGET_MS: variable.milliseconds.default(10),
  BUNDLE_ID: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "expected 64 hexadecimal digits")
    .optional(),
  BUILD: z
    .string()
    .regex(/^[\w.+-]{1,200}$/, "expected letters, digits, dots, dashes")
    .default("dev"),
  MINILM_PATH: z.string().optional(),
  HISTORY_ROWS: variable.count.pipe(z.int().min(1_000)).default(4_000_000),
  HISTORY_CONNECTIONS: variable.count.pipe(z.int().min(1).max(100)).default(8),
});

/** @throws ConfigError naming every malformed variable. */
export function inferenceConfig(env: Env): InferenceConfig {
  const e = parseConfig(InferenceEnv, env);
  return {
    databaseUrl: e.DATABASE_URL,
    chromaUrl: e.CHROMA_URL,
    streamTopic: e.STREAM_TOPIC,
    home: path.resolve(e.CANAREC_HOME),
    host: e.HOST,
    port: e.PORT,
    metricsToken: metricsTokenFrom(e),
    logLevel: e.LOG_LEVEL,
    deadlineMs: e.DEADLINE_MS,
    ...listRulesFrom(e),
    scoringBudgetMs: e.SCORING_BUDGET_MS,
    build: e.BUILD,
    historyRows: e.HISTORY_ROWS,
    historyConnections: e.HISTORY_CONNECTIONS,
    ...(e.BUNDLE_ID !== undefined && { bundleId: e.BUNDLE_ID }),
    ...(e.MINILM_PATH !== undefined && { modelPath: e.MINILM_PATH }),
  };
}
