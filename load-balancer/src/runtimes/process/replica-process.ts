import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ServiceError } from "@canarec/service-kit/errors";
import { freePort } from "../free-port.ts";
import { hardLimitMiB, heapArguments, outgrew } from "../limits.ts";
import type { ReplicaSpec, RunningReplica } from "../runtime.ts";
import { type ProcessId, isRunning, signal as send } from "./processes.ts";
import {
  type ReplicaState,
  forgetState,
  readState,
  replicaFolder,
  stateFileOf,
} from "./replica-files.ts";
import type { Watch } from "./replica-watch.ts";

const GUARD = fileURLToPath(new URL("replica-guard.mjs", import.meta.url));
const START_LIMIT_MS = 15_000;
const LOG_BYTES = 32_000_000;

export interface ReplicaPlace {
  /** Absolute: worktrees, logs and what guards write are below it. */
  readonly home: string;
  readonly supervisor?: ProcessId | undefined;
}

interface Starting {
  readonly watch: Watch;
  readonly signal: AbortSignal;
}

export function isLive(state: ReplicaState): boolean {
  return state.exit === undefined && isRunning(state.guard);
}

export function running({ name, url, guard }: ReplicaState): RunningReplica {
  return { name, url, handle: { name, guard } };
}

/** Start a replica under a guard; the one of that name that runs already is as good. */
export async function startReplica(
  spec: ReplicaSpec,
  { home, supervisor }: ReplicaPlace,
  { watch, signal }: Starting,
): Promise<RunningReplica> {
  const present = readState(home, spec.name);
  if (present !== undefined && isLive(present)) {
    watch.add(present);
    return running(present);
  }
  const description = { ...describe(spec, home, await freePort()), supervisor };
  mkdirSync(join(home, "logs"), { recursive: true });
  replicaFolder(home);
  forgetState(home, spec.name);
  const guard = spawn(process.execPath, [GUARD, stateFileOf(home, spec.name)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { PATH: process.env["PATH"] },
  });
  guard.unref();
  // Not as an argument: it has passwords in it, and everybody may read a process's arguments.
  guard.stdin.on("error", () => undefined).end(JSON.stringify(description));
  const state = await firstState(home, spec.name, { guard, signal });
  watch.add(state, guard);
  return running(state);
}

/** All that a guard needs to know. */
function describe(spec: ReplicaSpec, home: string, port: number) {
  const { name, limits, build, bundleId } = spec;
  const place = join(home, "builds", spec.code);
  const limitMiB = hardLimitMiB(limits.memoryMiB);
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    command: process.execPath,
    args: [
      ...heapArguments(limits.memoryMiB),
      ...["--import", "tsx", join(place, "inference", "src", "main.ts")],
    ],
    cwd: place,
    env: {
      ...{ PATH: process.env["PATH"] ?? "", ...spec.env, CANAREC_HOME: home },
      ...{ HOST: "127.0.0.1", PORT: String(port), BUILD: build, BUNDLE_ID: bundleId },
    },
    logFile: join(home, "logs", `${name}.log`),
    logBytes: LOG_BYTES,
    memory: { limitMiB, reason: outgrew(limitMiB) },
  };
}

async function firstState(
  home: string,
  name: string,
  { guard, signal }: { readonly guard: ChildProcess; readonly signal: AbortSignal },
): Promise<ReplicaState> {
  const endMs = performance.now() + START_LIMIT_MS;
  while (performance.now() < endMs && !signal.aborted) {
    const state = readState(home, name);
    if (state !== undefined) return state;
    if (guard.exitCode !== null) break;
    await sleep(20);
  }
  guard.kill("SIGTERM"); // it ends the replica, if there is one by now
  signal.throwIfAborted();
  throw new ServiceError("unavailable", `${name} could not be started`);
}

/** Ask a replica to end, wait, end it by force; what is known of it is forgotten. */
export async function stopReplica(
  home: string,
  name: string,
  { graceMs, watch }: { readonly graceMs: number; readonly watch: Watch },
): Promise<void> {
  watch.forget(name);
  const state = readState(home, name);
  if (state === undefined) return;
  send(state.guard, "SIGTERM");
  for (const endMs = performance.now() + graceMs; performance.now() < endMs;) {
    if (!isRunning(state.guard)) break;
    await sleep(20);
  }
  // The guard ends as soon as the replica has.
  endByForce(state);
  for (let n = 0; n < 100 && isRunning(state.guard); n += 1) await sleep(20);
  send(state.guard, "SIGKILL");
  forgetState(home, name);
}

/** End a replica whose guard cannot, or may no longer wait. */
export function endByForce({ pid, start, exit }: ReplicaState): void {
  if (pid !== undefined && exit === undefined) send({ pid, start }, "SIGKILL");
}
