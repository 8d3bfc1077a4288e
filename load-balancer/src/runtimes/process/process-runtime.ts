import { execFile } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";
import { buildCommands } from "../build-command.ts";
import type { EndedCommand } from "../ended-command.ts";
import { oncePerKey } from "../once-per-key.ts";
import { resolveRef } from "../repository.ts";
import type { RunningReplica, Runtime } from "../runtime.ts";
import { JOURNAL, requireSchema } from "../schema.ts";
import { ProcessId, isRunning, residentMiB } from "./processes.ts";
import { type ReplicaState, readState, readStates } from "./replica-files.ts";
import { lastLinesOf } from "./replica-log.ts";
import { isLive, running, startReplica, stopReplica } from "./replica-process.ts";
import { watchReplicas } from "./replica-watch.ts";
import { prepareWorktree, removeWorktree } from "./worktree.ts";

const run = promisify(execFile);

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
  const stateOf = (name: string) => readState(home, name);
  return {
    kind: "process",
    resolve: (ref) => resolveRef(repository, ref),
    async prepare(code, signal) {
      const place = await places(code, signal);
      requireSchema(await journalOf(place), await options.appliedMigrations());
    },
    ...buildCommands((code, command, signal) =>
      runCommand(join(worktrees.folder, code), command, { ...options, signal }),
    ),
    start: (spec, signal) => startReplica(spec, options, { watch, signal }),
    async adopt(handle) {
      const parsed = z.object({ name: z.string(), guard: ProcessId }).safeParse(handle);
      if (!parsed.success || !isRunning(parsed.data.guard)) return undefined;
      const state = stateOf(parsed.data.name);
      if (state?.guard.pid !== parsed.data.guard.pid || !isLive(state)) return undefined;
      watch.add(state);
      return running(state);
    },
    onExit: (listener) => watch.onExit(listener),
    stop: (name, graceMs) => stopReplica(home, name, { graceMs, watch }),
    logTail: async (name, lines) => lastLines(stateOf(name), lines),
    async memoryMiB(name) {
      const state = stateOf(name);
      return state?.pid === undefined || !isLive(state) ? undefined : residentMiB(state.pid);
    },
    list: async (): Promise<readonly RunningReplica[]> =>
      readStates(home).filter(isLive).map(running),
    async prune(keep) {
      const old = (await buildsIn(worktrees.folder)).filter((commit) => !keep.includes(commit));
      for (const commit of old) await removeWorktree(commit, worktrees);
      return old;
    },
    async [Symbol.asyncDispose]() {
      watch.close();
    },
  };
}

function lastLines(state: ReplicaState | undefined, lines: number): readonly string[] {
  return state === undefined ? [] : lastLinesOf(state.logFile, lines);
}

async function buildsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.filter((name) => /^[0-9a-f]{40}$/.test(name));
}

async function journalOf(place: string): Promise<string> {
  try {
    return await readFile(join(place, JOURNAL), "utf8");
  } catch (cause) {
    throw new ServiceError("failed_precondition", `it is no build of ours: it has no ${JOURNAL}`, {
      cause,
    });
  }
}

interface CommandOptions extends Pick<ProcessRuntimeOptions, "home" | "commandEnv"> {
  readonly signal: AbortSignal;
}

/** A command of a build, in a process of its own. */
async function runCommand(
  place: string,
  command: readonly string[],
  { home, commandEnv, signal }: CommandOptions,
): Promise<EndedCommand> {
  const [program = "", ...args] = command;
  const env = { PATH: process.env["PATH"], ...commandEnv, CANAREC_HOME: home };
  const options = { cwd: place, env, signal, maxBuffer: 16_000_000 };
  try {
    const ended = await run(process.execPath, [join(place, program), ...args], options);
    return { exitCode: 0, ...ended };
  } catch (failure) {
    const {
      code,
      stdout = "",
      stderr = "",
    } = failure as Partial<EndedCommand> & {
      code?: number | string | null;
    };
    return { exitCode: typeof code === "number" ? code : null, stdout, stderr };
  }
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
