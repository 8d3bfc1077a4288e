import { setTimeout as sleep } from "node:timers/promises";
import { type Backoff, backoffMs } from "@canarec/service-kit/backoff";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import type { Child, Exit } from "./child.ts";

/** A process that lived this long was well: its end counts as the first failure. */
const SETTLED_MS = 30_000;
const BACKOFF: Backoff = { baseMs: 500, maxMs: 30_000 };

/** A process that shall run all the time. */
export interface Supervised {
  readonly name: string;
  /** Resolves when it is ready. Ends what it began, and throws, when `signal` aborts. */
  start(signal: AbortSignal): Promise<Child>;
}

/** What supervision tells of. */
export interface SupervisionEvents {
  started(name: string, child: Child): void;
  ended(name: string, exit: Exit, restartInMs: number): void;
  failedToStart(name: string, reason: string, retryInMs: number): void;
  restarted(name: string, child: Child): void;
}

/** A process that runs all the time, until disposed. */
export interface KeptProcess extends AsyncDisposable {
  /**
   * The process that runs now. @throws ServiceError `unavailable` where it has ended and is being started again.
   */
  current(): Child;
  /**
   * Let `swap` put another process in its place, and keep that one. Where it throws, what ran goes on, or is started
   * again. `signal` aborts when nothing shall run any longer.
   *
   * @throws what `swap` throws.
   */
  replace(swap: (old: Child, signal: AbortSignal) => Promise<Child>): Promise<void>;
}

/** Time and chance. */
export interface Pace {
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Rejects when `signal` aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const REAL_PACE: Pace = {
  now: () => performance.now(),
  random: Math.random,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};

/**
 * Start a process, and start it again with exponential back-off whenever it ends, until disposed.
 *
 * @throws what the first start throws: then nothing is supervised.
 */
export async function supervise(
  supervised: Supervised,
  events: SupervisionEvents,
  pace: Pace = REAL_PACE,
): Promise<KeptProcess> {
  const stopping = new AbortController();
  const child = await supervised.start(stopping.signal);
  events.started(supervised.name, child);
  const supervision = new Supervision(supervised, events, pace, stopping);
  const ended = supervision.keep(child);
  return {
    current: () => supervision.current(),
    replace: (swap) => supervision.replace(swap),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await supervision.stopChild();
      await ended;
    },
  };
}

class Supervision {
  readonly #supervised: Supervised;
  readonly #events: SupervisionEvents;
  readonly #pace: Pace;
  readonly #stopping: AbortController;
  /** In a row. */
  #failures = 0;
  #child: Child | undefined;
  #swapping: Promise<Child> | undefined;

  constructor(
    supervised: Supervised,
    events: SupervisionEvents,
    pace: Pace,
    stopping: AbortController,
  ) {
    this.#supervised = supervised;
    this.#events = events;
    this.#pace = pace;
    this.#stopping = stopping;
  }

  async stopChild(): Promise<void> {
    await this.#child?.stop();
  }

  current(): Child {
    if (this.#child?.isAlive() === true) return this.#child;
    const { name } = this.#supervised;
    throw new ServiceError("unavailable", `${name} does not run just now: it is started again`);
  }

  async replace(swap: (old: Child, signal: AbortSignal) => Promise<Child>): Promise<void> {
    this.#swapping = swap(this.current(), this.#stopping.signal);
    try {
      await this.#swapping;
    } finally {
      this.#swapping = undefined;
    }
  }

  async keep(first: Child): Promise<void> {
    for (let child: Child | undefined = first; child !== undefined;) {
      this.#child = child;
      const since = this.#pace.now();
      const exit = await child.exited;
      const swapped = await this.#swapping?.catch(() => undefined); // told by replace()
      if (this.#isStopping()) {
        await swapped?.stop();
        return;
      }
      if (swapped !== undefined) {
        child = swapped;
        this.#failures = 0;
        this.#events.restarted(this.#supervised.name, child);
        continue;
      }
      if (this.#pace.now() - since > SETTLED_MS) this.#failures = 0;
      const waitMs = this.#nextWaitMs();
      this.#events.ended(this.#supervised.name, exit, waitMs);
      child = await this.#startAgain(waitMs);
      if (child !== undefined) this.#events.restarted(this.#supervised.name, child);
    }
  }

  /** Tries until it runs; undefined once it shall stop. */
  async #startAgain(firstWaitMs: number): Promise<Child | undefined> {
    for (let waitMs = firstWaitMs; ;) {
      const signal = this.#stopping.signal;
      await this.#pace.sleep(waitMs, signal).catch(() => undefined); // aborted: seen below
      if (this.#isStopping()) return undefined;
      try {
        return await this.#supervised.start(signal);
      } catch (failure) {
        if (this.#isStopping()) return undefined;
        waitMs = this.#nextWaitMs();
        this.#events.failedToStart(this.#supervised.name, messageOf(failure), waitMs);
      }
    }
  }

  #nextWaitMs(): number {
    this.#failures += 1;
    return backoffMs(this.#failures - 1, BACKOFF, () => this.#pace.random());
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }
}
