import { join } from "node:path";
import {
  type ProcessRuntimeOptions,
  endReplicas,
  openProcessRuntime,
} from "@canarec/load-balancer/runtimes/process/process-runtime";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import { temporaryFolder } from "../../servers.ts";
import { APPLIED, type RuntimeWorld } from "./runtime-world.ts";
import { makeRepository } from "./small-build.ts";

export interface ProcessWorld extends RuntimeWorld {
  readonly options: ProcessRuntimeOptions;
}

/** A home of its own; nothing of it runs on when disposed. */
export async function openProcessWorld(): Promise<ProcessWorld> {
  await using opened = new Resources();
  const folder = temporaryFolder();
  opened.defer(() => folder[Symbol.dispose]());
  const home = join(folder.path, "home");
  opened.defer(() => endReplicas(home, 1_000));
  const repository = makeRepository(join(folder.path, "repository"));
  const options: ProcessRuntimeOptions = {
    ...{ repository: repository.folder, home, commandEnv: {} },
    appliedMigrations: async () => APPLIED,
  };
  const open = () => openProcessRuntime(options);
  return disposable(opened, { repository, open, options, ownerEnv: { OWNER_HOME: home } });
}
