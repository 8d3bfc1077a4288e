import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";
import type { ReplicaExit, ReplicaSpec, RunningReplica, Runtime } from "../runtime.ts";
import { ProcessId, isRunning, residentMiB, signal as send } from "./processes.ts";
import {
  type ReplicaState,
  forgetState,
  readState,
  readStates,
  replicaFolder,
  stateFileOf,
} from "./replica-files.ts";
import { migrationsOf, prepareWorktree, removeWorktree, resolveRef } from "./worktree.ts";

const run = promisify(execFile);

const GUARD = fileURLToPath(new URL("replica-guard.mjs", import.meta.url));

/** How often replicas of another control plane's are looked at; our own guards tell at once. */
const WATCH_MS = 250;
const START_LIMIT_MS = 15_000;
const BUNDLE_LIMIT_MS = 600_000;
const BUNDLE_ID = /^[0-9a-f]{64}$/;

export interface ProcessRuntimeOptions {
  readonly repository: string;
  /** Absolute: worktrees, logs and what guards write are below it. */
  readonly home: string;
  /** Replicas end when it does; absent: they live until they are stopped. */
  readonly supervisor?: ProcessId | undefined;
  /** What the build's own `bundle build` inherits: where the servers are. */
  readonly commandEnv: Readonly<Record<string, string>>;
  /** Tags of the migrations that the database has. */
  readonly appliedMigrations: () => Promise<readonly string[]>;
}

/** Builds as git worktrees, replicas as processes of this machine, each under a guard of its own. */
export function openProcessRuntime(options: ProcessRuntimeOptions): Runtime {
  const { repository, home } = options;
  const worktrees = { repository, folder: join(home, "builds") };
  const watch = watchReplicas(home);
  const places = oncePerKey((code: string, signal: AbortSignal) =>
    prepareWorktree(code, worktrees, signal),
  );
  return {
    kind: "process",
    resolve: (ref) => resolveRef(repository, ref),
    async prepare(code, signal) {
      const place = await places(code, signal);
      const applied = await options.appliedMigrations();
      const missing = (await migrationsOf(place)).filter((tag) => !applied.includes(tag));
      if (missing.length === 0) return;
      throw new ServiceError(
        "failed_precondition",
        `it needs a newer schema (${missing.join(", ")}): migrations are applied from main`,
      );
    },
    buildBundle: (code, signal) => buildBundle(join(worktrees.folder, code), options, signal),
    start: (spec, signal) => startReplica(spec, options, { watch, signal }),
    async adopt(handle) {
      const parsed = z.object({ name: z.string(), guard: ProcessId }).safeParse(handle);
      if (!parsed.success || !isRunning(parsed.data.guard)) return undefined;
      const state = readState(home, parsed.data.name);
      if (state === undefined || state.exit !== undefined) return undefined;
      watch.add(state);
      return running(state);
    },
    onExit: (listener) => watch.onExit(listener),
    stop: (name, graceMs) => stopReplica(home, name, { graceMs, watch }),
    logTail: async (name, lines) => lastLines(readState(home, name)?.logFile, lines),
    async memoryMiB(name) {
      const pid = readState(home, name)?.pid;
      return pid === undefined ? undefined : residentMiB(pid);
    },
    list: async () => readStates(home).filter(isLive).map(running),
    async prune(keep) {
      const builds = await buildsIn(worktrees.folder);
      const old = builds.filter((commit) => !keep.includes(commit));
      for (const commit of old) await removeWorktree(commit, worktrees);
      return old;
    },
    async [Symbol.asyncDispose]() {
      watch.close();
    },
  };
}

/** One call for all who ask for the same while it is under way: two would be in each other's way. */
function oncePerKey<T>(make: (key: string, signal: AbortSignal) => Promise<T>) {
  const underWay = new Map<string, Promise<T>>();
  return (key: string, signal: AbortSignal): Promise<T> => {
    const known = underWay.get(key);
    if (known !== undefined) return known;
    const made = make(key, signal).finally(() => underWay.delete(key));
    underWay.set(key, made);
    return made;
  };
}

function isLive(state: ReplicaState): boolean {
  return state.exit === undefined && isRunning(state.guard);
}

function running({ name, url, guard }: ReplicaState): RunningReplica {
  return { name, url, handle: { name, guard } };
}

async function buildsIn(folder: string): Promise<string[]> {
  try {
    return readdirSync(folder).filter((name) => /^[0-9a-f]{40}$/.test(name));
  } catch {
    return [];
  }
}

async function buildBundle(
  place: string,
  { home, commandEnv }: ProcessRuntimeOptions,
  signal: AbortSignal,
): Promise<string> {
  const args = [join(place, "cli", "bin", "canarec.mjs"), "bundle", "build", "--json"];
  const env = { PATH: process.env["PATH"], ...commandEnv, CANAREC_HOME: home };
  const limits = { signal, timeout: BUNDLE_LIMIT_MS, maxBuffer: 16_000_000 };
  try {
    const { stdout } = await run(process.execPath, args, { cwd: place, env, ...limits });
    const report = z.object({ bundleId: z.string().regex(BUNDLE_ID) }).parse(JSON.parse(stdout));
    return report.bundleId;
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim().split("\n").at(-1);
    throw new ServiceError("unavailable", `its bundle could not be built: ${said ?? "no word"}`, {
      cause,
    });
  }
}

interface Starting {
  readonly watch: Watch;
  readonly signal: AbortSignal;
}

async function startReplica(
  spec: ReplicaSpec,
  options: ProcessRuntimeOptions,
  { watch, signal }: Starting,
): Promise<RunningReplica> {
  const { home } = options;
  const present = readState(home, spec.name);
  if (present !== undefined && isLive(present)) {
    watch.add(present);
    return running(present);
  }
  const place = join(home, "builds", spec.code);
  const port = await freePort();
  const logFile = join(home, "logs", `${spec.name}.log`);
  mkdirSync(join(home, "logs"), { recursive: true });
  replicaFolder(home);
  forgetState(home, spec.name);
  const description = {
    name: spec.name,
    url: `http://127.0.0.1:${port}`,
    command: process.execPath,
    args: [
      ...[`--max-old-space-size=${spec.limits.memoryMiB}`, "--max-semi-space-size=64"],
      ...["--import", "tsx", join(place, "inference", "src", "main.ts")],
    ],
    cwd: place,
    env: {
      ...{ PATH: process.env["PATH"] ?? "", ...spec.env, CANAREC_HOME: home },
      ...{ HOST: "127.0.0.1", PORT: String(port), BUILD: spec.build, BUNDLE_ID: spec.bundleId },
    },
    logFile,
    supervisor: options.supervisor,
  };
  const guard = spawn(
    process.execPath,
    [GUARD, stateFileOf(home, spec.name), JSON.stringify(description)],
    { detached: true, stdio: "ignore", env: { PATH: process.env["PATH"] } },
  );
  guard.unref();
  const state = await firstState(home, spec.name, { guard, signal });
  watch.add(state, guard);
  return running(state);
}

async function firstState(
  home: string,
  name: string,
  { guard, signal }: { readonly guard: ChildProcess; readonly signal: AbortSignal },
): Promise<ReplicaState> {
  for (const endMs = performance.now() + START_LIMIT_MS; performance.now() < endMs;) {
    const state = readState(home, name);
    if (state !== undefined) return state;
    if (guard.exitCode !== null) break;
    await sleep(20, undefined, { signal });
  }
  guard.kill("SIGKILL");
  throw new ServiceError("unavailable", `${name} could not be started`);
}

async function stopReplica(
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
  if (isRunning(state.guard) && state.pid !== undefined) send({ pid: state.pid }, "SIGKILL");
  for (let n = 0; n < 100 && isRunning(state.guard); n += 1) await sleep(20);
  send(state.guard, "SIGKILL");
  forgetState(home, name);
}

type Watch = ReturnType<typeof watchReplicas>;

/** Tells of replicas that end by themselves: of those started here at once, of others by looking. */
function watchReplicas(home: string) {
  const watched = new Map<string, ReplicaState>();
  const listeners: ((exit: ReplicaExit) => void)[] = [];
  const ended = (name: string) => {
    const known = watched.get(name);
    if (known === undefined) return;
    watched.delete(name);
    const exit = readState(home, name)?.exit;
    const lastLines = lastLinesOf(known.logFile, 20);
    for (const listener of listeners) listener({ name, reason: reasonOf(exit), lastLines });
  };
  const timer = setInterval(() => {
    for (const [name, state] of watched) if (!isRunning(state.guard)) ended(name);
  }, WATCH_MS);
  timer.unref();
  return {
    add(state: ReplicaState, guard?: ChildProcess) {
      watched.set(state.name, state);
      if (guard?.exitCode === null) guard.once("exit", () => ended(state.name));
    },
    forget: (name: string) => watched.delete(name),
    onExit: (listener: (exit: ReplicaExit) => void) => void listeners.push(listener),
    close: () => clearInterval(timer),
  };
}

function reasonOf(exit: ReplicaState["exit"]): string {
  if (exit === undefined) return "its guard was killed";
  if (exit.error !== undefined) return exit.error;
  return exit.signal === null
    ? `ended with exit code ${exit.code ?? 0}`
    : `ended by ${exit.signal}`;
}

function lastLines(file: string | undefined, lines: number): readonly string[] {
  return file === undefined ? [] : lastLinesOf(file, lines);
}

/** Logs are bounded where they are written. */
function lastLinesOf(file: string, lines: number): string[] {
  try {
    const text = readFileSync(file, "utf8").slice(-64_000);
    return text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .slice(-lines);
  } catch {
    return [];
  }
}

/** A port that nobody uses at this moment. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** End every replica of a home, in order as far as they let us: nothing is left behind. */
export async function endReplicas(home: string, graceMs: number): Promise<void> {
  const watch = watchReplicas(home);
  try {
    const names = readStates(home).map(({ name }) => name);
    await Promise.all(names.map((name) => stopReplica(home, name, { graceMs, watch })));
  } finally {
    watch.close();
  }
}
