import { type Database } from "@canarec/db-utils/database";
import { migrationStatus } from "@canarec/db-utils/migrations";
import { openDockerRuntime } from "../runtimes/docker/docker-runtime.ts";
import { openProcessRuntime } from "../runtimes/process/process-runtime.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { ControlConfig } from "./config.ts";

/** The runtime that the configuration names. */
export function openRuntime(config: ControlConfig, database: Database): Runtime {
  const { repository, home, supervisor, docker } = config;
  const both = {
    ...{ repository, commandEnv: { ...config.replicaEnv, CANAREC_ACTOR: "control plane" } },
    appliedMigrations: async () => (await migrationStatus(database)).applied,
  };
  if (config.runtime === "process") return openProcessRuntime({ ...both, home, supervisor });
  const { baseImage, ...engine } = docker;
  return openDockerRuntime({
    ...{ ...both, ...engine },
    ...(baseImage !== undefined && { buildArgs: { BASE_IMAGE: baseImage } }),
  });
}
