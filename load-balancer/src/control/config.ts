import { join, resolve } from "node:path";
import { type Env, parseConfig, variable } from "@canarec/service-kit/config";
import {
  METRICS_TOKEN_VARIABLES,
  type MetricsToken,
  metricsTokenFrom,
} from "@canarec/service-kit/metrics-access";
import { z } from "zod";
import {
  type DockerConfig,
  dockerConfig,
  dockerVariables,
} from "../runtimes/docker/docker-config.ts";
import { ProcessId } from "../runtimes/process/processes.ts";

export interface ControlConfig {
  readonly host: string;
  readonly port: number;
  /** Of the metrics on every interface; absent: they are beside the API alone. */
  readonly metricsPort: number | undefined;
  readonly metricsToken: MetricsToken;
  readonly logLevel: string;
  readonly databaseUrl: string;
  /** Absolute. */
  readonly home: string;
  readonly tokenFile: string;
  /** Admin ports of the data planes. */
  readonly dataPlaneUrls: readonly string[];
  readonly plansFile: string;
  /** What runs the builds. */
  readonly runtime: "process" | "docker";
  readonly docker: DockerConfig;
  /** The repository that refs are of. */
  readonly repository: string;
  /** The ref that becomes main where nothing has been released. */
  readonly firstRelease: string;
  readonly mainReplicas: number;
  readonly replicaMemoryMiB: number;
  /** A replica that is not ready by then never will be. */
  readonly readyLimitMs: number;
  /** One that has answered nothing for so long on end is ended. */
  readonly hangLimitMs: number;
  /** Replicas end when it does. */
  readonly supervisor: ProcessId | undefined;
  /** What replicas and the builds' own commands inherit. */
  readonly replicaEnv: Readonly<Record<string, string>>;
}

const ROOT = resolve(import.meta.dirname, "../../..");

/** Of our own environment, all that a replica or a command of a build may see. */
const FOR_REPLICAS = [
  ...["HOME", "TZ", "LANG", "TMPDIR", "NODE_EXTRA_CA_CERTS", "PGPASSWORD", "PGPASSFILE"],
  ...["DATABASE_URL", "CHROMA_URL", "KAFKA_BROKERS", "STREAM_TOPIC", "EXPOSURE_TOPIC"],
  ...["STREAM_ZONE", "RATING_MAX", "DEADLINE_MS", "LOG_LEVEL", "MINILM_PATH"],
  ...["HISTORY_ROWS", "HISTORY_CONNECTIONS", "SCORING_BUDGET_MS"],
  "METRICS_TOKEN_FILE",
  ...["HIDE_ADULT", "WATCHED_ABOVE_SHARE"],
];

const ControlEnv = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: variable.port.default(9_083),
  METRICS_PORT: variable.port.optional(),
  ...METRICS_TOKEN_VARIABLES,
  LOG_LEVEL: variable.logLevel.default("info"),
  DATABASE_URL: variable.postgresUrl,
  CANAREC_HOME: z.string().min(1).default(".canarec"),
  CONTROL_TOKEN_FILE: z.string().min(1).optional(),
  DATA_PLANE_URLS: variable.urls,
  RELEASE_PLANS: z.string().min(1).optional(),
  RELEASE_REPOSITORY: z.string().min(1).optional(),
  FIRST_RELEASE: z.string().min(1).max(255).default("HEAD"),
  CANAREC_RUNTIME: z.enum(["process", "docker"]).default("process"),
  ...dockerVariables,
  MAIN_REPLICAS: variable.count.pipe(z.int().min(1).max(64)).default(2),
  REPLICA_MEMORY_MIB: variable.count.pipe(z.int().min(128)).default(2_048),
  REPLICA_READY_SECONDS: variable.count.pipe(z.int().min(1).max(3_600)).default(120),
  REPLICA_HANG_SECONDS: variable.count.pipe(z.int().min(3).max(3_600)).default(30),
  CANAREC_SUPERVISOR: z
    .string()
    .regex(/^\d+(:\d+)?$/, "expected a process id, and its start after a colon")
    .optional(),
});

/** @throws ConfigError naming every malformed variable. */
export function controlConfig(env: Env): ControlConfig {
  const e = parseConfig(ControlEnv, env);
  const [pid, start] = e.CANAREC_SUPERVISOR?.split(":") ?? [];
  const home = resolve(e.CANAREC_HOME);
  const metricsToken = metricsTokenFrom(e);
  return {
    host: e.HOST,
    port: e.PORT,
    metricsPort: e.METRICS_PORT,
    metricsToken,
    logLevel: e.LOG_LEVEL,
    databaseUrl: e.DATABASE_URL,
    home,
    tokenFile: e.CONTROL_TOKEN_FILE ?? join(home, "control-token"),
    dataPlaneUrls: e.DATA_PLANE_URLS,
    plansFile: e.RELEASE_PLANS ?? join(ROOT, "load-balancer", "plans.json"),
    runtime: e.CANAREC_RUNTIME,
    docker: dockerConfig(e, home),
    repository: e.RELEASE_REPOSITORY ?? ROOT,
    firstRelease: e.FIRST_RELEASE,
    mainReplicas: e.MAIN_REPLICAS,
    replicaMemoryMiB: e.REPLICA_MEMORY_MIB,
    readyLimitMs: e.REPLICA_READY_SECONDS * 1_000,
    hangLimitMs: e.REPLICA_HANG_SECONDS * 1_000,
    supervisor: pid === undefined ? undefined : ProcessId.parse({ pid: Number(pid), start }),
    replicaEnv: replicaEnv({ ...env, METRICS_TOKEN_FILE: metricsToken.file }),
  };
}

function replicaEnv(env: Env): Readonly<Record<string, string>> {
  return Object.fromEntries(
    FOR_REPLICAS.flatMap((name) => {
      const value = env[name];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
}
