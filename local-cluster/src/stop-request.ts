import { readFileSync } from "node:fs";

/** Some wrappers (npm) pass on a Ctrl-C that the terminal has sent to every process anyway. */
const SAME_REQUEST_MS = 1_000;
const PARENT_POLL_MS = 1_000;

/** What is listened to; `ownProcess()` in earnest. */
export interface SignalSource {
  /** Names our parents; another once one of them has ended. */
  parents(): string;
  on(signal: NodeJS.Signals, listener: () => void): unknown;
}

export interface StopRequest {
  /** Aborts at the first request. */
  readonly signal: AbortSignal;
}

export interface StopOptions {
  /** Also stop when the parent process is gone. */
  readonly followParent: boolean;
  /** A second request: stop at once. */
  readonly onForce: () => void;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
}

/** Watch for SIGINT, SIGTERM and SIGHUP from now on, so that none is lost during the start. */
export function stopRequest(source: SignalSource, options: StopOptions): StopRequest {
  const stop = new AbortController();
  let requestedAt = 0;
  const request = (): void => {
    if (!stop.signal.aborted) {
      requestedAt = options.now();
      stop.abort();
    } else if (options.now() - requestedAt > SAME_REQUEST_MS) {
      options.onForce();
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) source.on(signal, request);
  if (options.followParent) whenParentEnds(source, () => stop.abort());
  return { signal: stop.signal };
}

/** A process whose parent has ended gets another one. */
function whenParentEnds(source: SignalSource, ended: () => void): void {
  const parents = source.parents();
  const watch = setInterval(() => {
    if (source.parents() === parents) return;
    clearInterval(watch);
    ended();
  }, PARENT_POLL_MS);
  watch.unref();
}

/** This process; its parents are two, because npm runs its scripts through a shell. */
export function ownProcess(): SignalSource {
  return {
    parents: () => `${process.ppid} ${parentOf(process.ppid)}`,
    on: (signal, listener) => process.on(signal, listener),
  };
}

/** As Linux tells it: after the name in brackets come the state and the parent. */
function parentOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return (
      stat
        .slice(stat.lastIndexOf(")") + 1)
        .trim()
        .split(" ")[1] ?? ""
    );
  } catch {
    return "";
  }
}
