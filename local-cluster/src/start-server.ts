import { setTimeout as sleep } from "node:timers/promises";
import { ServiceError } from "@canarec/service-kit/errors";
import { type Child, type ChildSpec, startChild } from "./child.ts";
import { lastLines } from "./log-file.ts";
import { freePort, isFree } from "./port.ts";

const POLL_MS = 50;
const PORT_ATTEMPTS = 3;

/** A server of somebody else's, run as a child of ours. */
export interface RunningServer extends Child {
  readonly url: string;
  readonly port: number;
}

/** How to start one of them. */
export interface ServerPlan {
  readonly preferredPort: number | undefined;
  readonly timeoutMs: number;
  /** Ends the start. */
  readonly signal: AbortSignal | undefined;
  spec(port: number): ChildSpec | Promise<ChildSpec>;
  /** Whether it, and no other process, answers on that port. */
  isReady(port: number, child: Child): Promise<boolean>;
  url(port: number): string;
}

/**
 * Start a server and wait until it answers; with another port where the first was snatched away.
 *
 * @throws ServiceError `unavailable` with the log's last line if it ended, `deadline_exceeded` if it
 * did not become ready in time or the start was ended.
 */
export async function startServer(plan: ServerPlan): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(attempt === 1 ? plan.preferredPort : undefined);
    const spec = await plan.spec(port);
    const child = await startChild(spec);
    const isReady = () => plan.isReady(port, child);
    const outcome = await untilReady({ ...plan, isReady }, child);
    if (outcome === "ready") return { ...child, port, url: plan.url(port) };
    await child.stop();
    const portWasTaken = outcome === "ended" && !(await isFree(port));
    if (!portWasTaken || attempt === PORT_ATTEMPTS) throw startFailure(spec, outcome);
  }
}

export interface Waiting {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  isReady(): Promise<boolean>;
}

/** Why a process is not ready: it ended by itself, or time is over. */
export type NotReady = "ended" | "late";

/** Ask until the process is ready, has ended, or time is over. */
export async function untilReady(waiting: Waiting, child: Child): Promise<"ready" | NotReady> {
  const deadline = performance.now() + waiting.timeoutMs;
  while (performance.now() < deadline && waiting.signal?.aborted !== true) {
    if (!child.isAlive()) return "ended";
    if ((await waiting.isReady()) && child.isAlive()) return "ready";
    await sleep(POLL_MS);
  }
  return "late";
}

/** Says what its log says last, and where to read more. */
export function startFailure(spec: ChildSpec, outcome: NotReady): ServiceError {
  const reason = `${lastWords(lastLines(spec.logFile, 20))} (log: ${spec.logFile})`;
  return outcome === "late"
    ? new ServiceError("deadline_exceeded", `${spec.name} did not become ready: ${reason}`)
    : new ServiceError("unavailable", `${spec.name} ended at start: ${reason}`);
}

/** The last line that tells something: not a frame of a stack, nor Node's farewell. */
export function lastWords(lines: readonly string[]): string {
  const telling = lines.filter((line) => !/^\s+at |^Node\.js v|^[\s{}]*$/.test(line));
  return telling.at(-1)?.trim() ?? "it wrote no log";
}
