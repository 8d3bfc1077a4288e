import type { ChildProcess } from "node:child_process";
import type { ReplicaExit } from "../runtime.ts";
import { isRunning } from "./processes.ts";
import { type ReplicaState, readState } from "./replica-files.ts";
import { lastLinesOf } from "./replica-log.ts";
import { endByForce } from "./replica-process.ts";

/** How often replicas of another control plane's are looked at; our own guards tell at once. */
const WATCH_MS = 250;
/** Of its log, in what is told of a replica's end. */
const TOLD_LINES = 20;

export type Watch = ReturnType<typeof watchReplicas>;

/** Tells of replicas that end by themselves: of those started here at once, of others by looking. */
export function watchReplicas(home: string) {
  const watched = new Map<string, ReplicaState>();
  const listeners: ((exit: ReplicaExit) => void)[] = [];
  const ended = (name: string) => {
    const known = watched.get(name);
    if (known === undefined) return;
    watched.delete(name);
    const exit = readState(home, name)?.exit;
    if (exit === undefined) endByForce(known);
    const lastLines = lastLinesOf(known.logFile, TOLD_LINES);
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
