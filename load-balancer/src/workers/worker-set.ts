import { setTimeout as sleep } from "node:timers/promises";
import { type Backoff, backoffMs } from "@canarec/service-kit/backoff";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import type { Front } from "../admin/open-front.ts";
import type { ListeningSocket } from "./listening-socket.ts";
import { WorkerProcess } from "./worker-process.ts";

/** A worker that needs longer to load its code and open its files does not begin at all. */
const START_LIMIT_MS = 30_000;

/** Between tries to replace a worker that ended. */
const RETRY: Backoff = { baseMs: 250, maxMs: 10_000 };

/** Ended sooner: its successor waits before it is started. */
const SHORT_LIFE_MS = 5_000;

/** To flush, beside twice the time for connections. */
const FLUSH_MS = 15_000;

export interface WorkerSetOptions {
  readonly count: number;
  readonly socket: ListeningSocket;
  readonly front: Front;
  /** For the connections of a worker that hands over. */
  readonly drainMs: number;
  readonly random: () => number;
  readonly log: Logger;
  /** A worker has ended without having been told to. */
  readonly crashed: () => void;
}

/** One of the workers, whichever process it is. */
interface Place {
  process: WorkerProcess | undefined;
}

/** Keeps so many workers at work, whatever becomes of them. */
export class WorkerSet implements AsyncDisposable {
  readonly #options: WorkerSetOptions;
  readonly #places: Place[];
  readonly #alive = new Set<WorkerProcess>();
  #restarting: Promise<void> = Promise.resolve();
  #stopping = false;

  constructor(options: WorkerSetOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.count }, () => ({ process: undefined }));
  }

  /** @throws ServiceError where one does not begin to serve. */
  async start(): Promise<void> {
    await Promise.all(this.#places.map((place) => this.#fill(place)));
  }

  /** Replace one after the other by a new process, which serves before the old one lets go. */
  restart(): Promise<void> {
    this.#restarting = this.#restarting.then(async () => {
      for (const place of this.#places) await this.#renew(place);
    });
    return this.#restarting;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    for (const worker of this.#alive) worker.kill("SIGTERM");
    await Promise.all([...this.#alive].map(({ ended }) => ended));
  }

  async #renew(place: Place): Promise<void> {
    const { log, drainMs } = this.#options;
    const old = place.process;
    if (old === undefined || this.#stopping) return; // a new one is on its way
    place.process = undefined;
    try {
      await this.#fill(place);
    } catch (failure) {
      log.error({ reason: messageOf(failure) }, "no new worker began to serve: the old one stays");
      if (this.#alive.has(old)) place.process = old;
      else await this.#replace(place, 0);
      return;
    }
    old.retire();
    const limit = setTimeout(() => old.kill("SIGKILL"), 2 * drainMs + FLUSH_MS);
    void old.ended.then(() => clearTimeout(limit));
  }

  /** Start a worker for a place. */
  async #fill(place: Place): Promise<void> {
    const { front, socket, log } = this.#options;
    const worker = new WorkerProcess();
    this.#alive.add(worker);
    const startMs = performance.now();
    void worker.ended.then(async (how) => {
      this.#alive.delete(worker);
      await front.leave(worker);
      if (place.process !== worker || this.#stopping) return;
      log.error({ worker: worker.pid, how }, "a worker has ended: another one is started");
      this.#options.crashed();
      place.process = undefined;
      await this.#replace(place, performance.now() - startMs < SHORT_LIFE_MS ? 1 : 0);
    });
    try {
      await worker.opened(START_LIMIT_MS);
      await front.join(worker);
      await worker.listen(socket.handle, START_LIMIT_MS);
    } catch (failure) {
      worker.kill("SIGKILL");
      throw failure;
    }
    place.process = worker;
    log.info({ worker: worker.pid }, "a worker serves");
  }

  /** Until one serves. @param failures so far. */
  async #replace(place: Place, failures: number): Promise<void> {
    const { log, random } = this.#options;
    for (let tries = failures; !this.#stopping; tries += 1) {
      if (tries > 0) await sleep(backoffMs(tries - 1, RETRY, random), undefined, { ref: false });
      try {
        await this.#fill(place);
        return;
      } catch (failure) {
        log.error({ reason: messageOf(failure) }, "no worker for one that ended");
      }
    }
  }
}
