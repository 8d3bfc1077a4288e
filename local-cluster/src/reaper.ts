import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("./reaper-process.mjs", import.meta.url));

/** Ends the listed processes when this one has gone, even by SIGKILL. */
export interface Reaper {
  /** From now on `pid`, the leader of a process group, gets `signal` when this process dies. */
  add(pid: number, signal: NodeJS.Signals): void;
  /** `pid` has ended: its number may soon belong to another process. */
  remove(pid: number): void;
  /** End every listed process, with its group, at once. */
  killAll(): void;
}

let shared: Reaper | undefined;

/** The one reaper of this process, started at first use. It does not keep the process running. */
export function sharedReaper(): Reaper {
  shared ??= startReaper();
  return shared;
}

function startReaper(): Reaper {
  const watched = new Map<number, NodeJS.Signals>();
  let program = spawnProgram(onExit);
  let ending = false;
  process.once("exit", () => (ending = true));

  function onExit(): void {
    // Somebody ended it: the watched must not lose their guard.
    if (ending) return;
    program = spawnProgram(onExit);
    for (const [pid, signal] of watched) tell(`add ${pid} ${signal}`);
  }
  function tell(command: string): void {
    program.stdin?.write(`${command}\n`);
  }
  return {
    add(pid, signal) {
      watched.set(pid, signal);
      tell(`add ${pid} ${signal}`);
    },
    remove(pid) {
      watched.delete(pid);
      tell(`remove ${pid}`);
    },
    killAll() {
      for (const pid of watched.keys()) killGroup(pid);
    },
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function spawnProgram(onExit: () => void): ChildProcess {
  const program = spawn(process.execPath, [PROGRAM], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true, // out of reach of the terminal's Ctrl-C
    env: {}, // nothing of the environment concerns it
    cwd: "/",
  });
  program.once("exit", onExit);
  program.once("error", () => undefined); // "exit" never comes then; the write below fails silently
  program.stdin.on("error", () => undefined);
  program.unref();
  (program.stdin as unknown as { unref(): void }).unref();
  return program;
}
