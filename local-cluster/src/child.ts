import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, rmSync } from "node:fs";
import { ServiceError } from "@canarec/service-kit/errors";
import { withinTime } from "@canarec/service-kit/time-limit";
import { type Account, runAs } from "./account.ts";
import { openLogFile } from "./log-file.ts";
import { leftoverEnded, writePidFile } from "./pid-file.ts";
import { sharedReaper } from "./reaper.ts";

export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Both stdout and stderr are appended to it. */
  readonly logFile: string;
  /** Holds the process id while it runs; a process that an earlier run left behind is waited for. */
  readonly pidFile: string;
  /** Asks for an orderly end. */
  readonly stopSignal: NodeJS.Signals;
  /** How long the orderly end may take before SIGKILL. */
  readonly graceMs: number;
  readonly cwd?: string;
  /** The account to run under; ours if absent. */
  readonly account?: Account | undefined;
  /** Whether to open an IPC channel, whose end tells a service of ours that its parent is gone. */
  readonly ipc?: boolean;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of ours, which never outlives us. */
export interface Child extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** Settles when the process has ended, whoever ended it. */
  readonly exited: Promise<Exit>;
  isAlive(): boolean;
  /**
   * Say something over the channel of a process that was started with `ipc`, and hear the next that it says.
   *
   * @throws ServiceError `unavailable` where it ends first, `deadline_exceeded` where it is silent for so long.
   */
  ask(message: object, limitMs: number): Promise<unknown>;
  /** Orderly at first, by force after the grace period. Resolves when the process has ended. */
  stop(): Promise<void>;
  /** At once. */
  kill(): void;
}

/**
 * Start a process as the leader of its own group, so that the terminal's Ctrl-C reaches it only
 * through us, and in order.
 *
 * @throws ServiceError `unavailable` if the program cannot be started.
 */
export async function startChild(spec: ChildSpec): Promise<Child> {
  await leftoverEnded(spec.pidFile);
  const started = spawnLogged(spec);
  const exited = new Promise<Exit>((resolve) => {
    started.once("exit", (code, signal) => resolve({ code, signal }));
  });
  try {
    await once(started, "spawn");
  } catch (cause) {
    throw new ServiceError("unavailable", `${spec.name}: cannot run ${spec.command}`, { cause });
  }
  const pid = started.pid ?? 0;
  const reaper = sharedReaper();
  reaper.add(pid, spec.stopSignal);
  writePidFile(spec.pidFile, pid);
  void exited.then(() => {
    reaper.remove(pid);
    rmSync(spec.pidFile, { force: true });
  });
  return childFrom(spec, started, exited);
}

function spawnLogged(spec: ChildSpec): ChildProcess {
  const log = openLogFile(spec.logFile);
  const { command, args, ...identity } = runAs(spec.account, spec.command, spec.args);
  try {
    return spawn(command, args, {
      env: spec.env,
      detached: true,
      stdio: spec.ipc === true ? ["ignore", log, log, "ipc"] : ["ignore", log, log],
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      ...identity,
    });
  } finally {
    closeSync(log);
  }
}

function childFrom(spec: ChildSpec, started: ChildProcess, exited: Promise<Exit>): Child {
  const isAlive = (): boolean => started.exitCode === null && started.signalCode === null;
  const stop = async (): Promise<void> => {
    if (!isAlive()) return;
    started.kill(spec.stopSignal);
    const force = setTimeout(() => started.kill("SIGKILL"), spec.graceMs);
    await exited;
    clearTimeout(force);
  };
  return {
    name: spec.name,
    pid: started.pid ?? 0,
    exited,
    isAlive,
    ask: (message, limitMs) => ask(started, message, limitMs),
    stop,
    kill: () => void started.kill("SIGKILL"),
    [Symbol.asyncDispose]: stop,
  };
}

async function ask(started: ChildProcess, message: object, limitMs: number): Promise<unknown> {
  const over = new AbortController();
  const either = withinTime(over.signal, limitMs);
  const ended = () => over.abort();
  started.once("exit", ended);
  try {
    const heard = once(started, "message", { signal: either });
    started.send(message, () => undefined); // gone: heard of by its end
    return ((await heard) as [unknown])[0];
  } catch (cause) {
    const [code, what] = over.signal.aborted
      ? (["unavailable", "it ended before it answered"] as const)
      : (["deadline_exceeded", `no answer within ${limitMs / 1_000} s`] as const);
    throw new ServiceError(code, what, { cause });
  } finally {
    started.off("exit", ended);
  }
}
