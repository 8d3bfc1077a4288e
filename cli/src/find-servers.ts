import path from "node:path";
import type { ListRules } from "@canarec/inference/list-rules";
import { type ClusterFile, readClusterFile } from "@canarec/local-cluster/cluster-file";
import { isAlive } from "@canarec/local-cluster/file-lock";
import { ServiceError } from "@canarec/service-kit/errors";
import type { CliContext, CommonOptions } from "./cli-context.ts";
import { type CliConfig, cliConfig } from "./config.ts";

/** Where `npm start` keeps its state unless told otherwise. */
const DEFAULT_HOME = path.resolve(import.meta.dirname, "..", "..", ".canarec");

/** Addresses of what a command talks to; asking for one that nobody gives is the error. */
export interface Servers {
  readonly config: CliConfig;
  /** Folder of the cluster's state. */
  readonly home: string;
  databaseUrl(): string;
  brokers(): readonly string[];
  chromaUrl(): string;
  publicUrl(): string;
  /** The control plane's API. */
  controlUrl(): string;
  /** The repository that releases are of. */
  releaseRepository(): string;
  readonly streamTopic: string;
  /** What the platform's lines mean, as the running cluster was told. */
  readonly streamZone: string;
  readonly ratingMax: number;
  /** As MINILM_PATH. */
  readonly minilmPath: string | undefined;
  /** As replicas are given them. */
  readonly listRules: ListRules;
}

/** What the environment says, and the folder of the cluster's state; asks nobody whether one runs. */
export function findHome(
  context: CliContext,
  options: CommonOptions,
): Pick<Servers, "config" | "home"> {
  const config = cliConfig(context.env);
  const wanted = options.home ?? config.home;
  const home = wanted === undefined ? DEFAULT_HOME : path.resolve(context.folder, wanted);
  return { config, home };
}

/** The environment's addresses, and the running cluster's for what it leaves open. */
export function findServers(context: CliContext, options: CommonOptions): Servers {
  const { config, home } = findHome(context, options);
  const cluster = runningCluster(home);
  const from = <T>(own: T | undefined, clusters: (file: ClusterFile) => T, name: string): T => {
    if (own !== undefined) return own;
    if (cluster !== undefined) return clusters(cluster);
    const instead = name === "" ? "" : `, or set ${name}`;
    throw new ServiceError(
      "unavailable",
      `no cluster runs in ${home}: start it with npm start${instead}`,
    );
  };
  return {
    config,
    home,
    databaseUrl: () => from(config.databaseUrl, (file) => file.postgresUrl, "DATABASE_URL"),
    brokers: () =>
      from(config.kafkaBrokers, (file) => file.kafkaBrokers.split(","), "KAFKA_BROKERS"),
    chromaUrl: () => from(config.chromaUrl, (file) => file.chromaUrl, "CHROMA_URL"),
    publicUrl: () => from(undefined, (file) => file.publicUrl, ""),
    controlUrl: () => from(config.controlUrl, (file) => file.controlUrl ?? "", "CONTROL_URL"),
    releaseRepository: () =>
      from(config.releaseRepository, (file) => file.releaseRepository ?? "", "RELEASE_REPOSITORY"),
    streamTopic: config.streamTopic ?? cluster?.streamTopic ?? "movielog",
    streamZone: config.streamZone ?? cluster?.streamZone ?? "UTC",
    ratingMax: config.ratingMax ?? cluster?.ratingMax ?? 5,
    minilmPath: config.minilmPath ?? cluster?.minilmPath ?? undefined,
    listRules: config.listRulesOver(
      cluster && {
        barring: { watchedAbove: cluster.watchedAboveShare },
        hideAdult: cluster.hideAdult,
      },
    ),
  };
}

/** Undefined where none runs; a file may be left of one that was killed. */
function runningCluster(home: string): ClusterFile | undefined {
  const file = readClusterFile(home);
  return file !== undefined && isAlive(file.pid) ? file : undefined;
}
