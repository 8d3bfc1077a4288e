import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { ReplicaSpec, RunningReplica, Runtime } from "@canarec/load-balancer/runtimes/runtime";
import type { SmallRepository } from "./small-build.ts";

export const never = new AbortController().signal;

/** A kind of runtime, over a repository of small builds. */
export interface RuntimeWorld extends AsyncDisposable {
  readonly repository: SmallRepository;
  /** As many as wanted, all over the same replicas and builds. */
  open(): Runtime;
  /** What owner-process.ts opens such a runtime from. */
  readonly ownerEnv: Readonly<Record<string, string>>;
}

export const APPLIED = ["0000_a"];

export const specOf = (
  code: string,
  name: string,
  changes: Partial<ReplicaSpec> = {},
): ReplicaSpec => ({
  name,
  releaseId: 1,
  code,
  build: code,
  bundleId: "cd".repeat(32),
  env: { LOG_LEVEL: "info" },
  limits: { memoryMiB: 256 },
  ...changes,
});

/** What a replica answers, as soon as it does. */
export async function ask(replica: RunningReplica, path = "/"): Promise<Record<string, unknown>> {
  for (let n = 0; ; n += 1) {
    try {
      return (await (await fetch(replica.url + path)).json()) as Record<string, unknown>;
    } catch (failure) {
      if (n === 200) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Start a replica from a process that is killed at once. */
export async function startedByOwner(
  world: RuntimeWorld,
  spec: ReplicaSpec,
): Promise<RunningReplica> {
  const owner: ChildProcess = fork(join(import.meta.dirname, "owner-process.ts"), {
    execArgv: ["--import", "tsx"],
    env: { ...process.env, ...world.ownerEnv, OWNER_REPOSITORY: world.repository.folder },
  });
  owner.send(spec);
  const [started] = (await once(owner, "message")) as [RunningReplica];
  owner.kill("SIGKILL");
  await once(owner, "exit");
  return started;
}
