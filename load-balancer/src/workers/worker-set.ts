import { setTimeout as sleep } from "node:timers/promises";
import { type Backoff, backoffMs } from "@canarec/service-kit/backoff";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import type { Front } from "../admin/open-front.ts";
import type { ListeningSocket } from "./listening-socket.ts";
import type { WorkerBuild } from "./worker-build.ts";
import { WorkerProcess } from "./worker-process.ts";

/** A worker that needs longer to load its code and open its files does not begin at all. */
const START_LIMIT_MS = 30_000;

/** Between tries to replace a worker that ended. */
const RETRY: Backoff = { baseMs: 250, maxMs: 10_000 };

/** Ended sooner: its successor waits before it is started. */
const SHORT_LIFE_MS = 5_000;

/** To flush, beside twice the time for connections. */
const FLUSH_MS = 15_000;

/** How long the first worker of another build serves before the others follow. */
const TRIAL_MS = 3_000;
const LOOK_MS = 100;

export interface WorkerSetOptions {
  readonly count: number;
  /** That they begin with. */
  readonly build: WorkerBuild;
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
  /** Of whichever worker is started for it next. */
  build: WorkerBuild;
}

/** Keeps so many workers at work, whatever becomes of them. */
export class WorkerSet implements AsyncDisposable {
  readonly #options: WorkerSetOptions;
  readonly #places: Place[];
  readonly #alive = new Set<WorkerProcess>();
  #turn: Promise<unknown> = Promise.resolve();
  #stopping = false;

  constructor(options: WorkerSetOptions) {
    this.#options = options;
    const { count, build } = options;
    this.#places = Array.from({ length: count }, () => ({ process: undefined, build }));
  }

  /** @throws ServiceError where one does not begin to serve. */
  async start(): Promise<void> {
    await Promise.all(this.#places.map((place) => this.#fill(place)));
  }

  /** Replace one after the other by a new process, which serves before the old one lets go. */
  restart(): Promise<void> {
    return this.#inTurn(async () => {
      for (const place of this.#places) {
        if (place.process !== undefined) await this.#renew(place, place.build); // else one is on its way
      }
    });
  }

  /**
   * Give the places to workers of another build, one after the other; the first serves for a while before the
   * others follow. Where one does not begin to serve, or ends meanwhile, the build before has all of them again.
   *
   * @returns why it was taken back; undefined where workers of the build serve.
   */
  release(build: WorkerBuild): Promise<string | undefined> {
    return this.#inTurn(async () => {
      const before = this.#places.map((place) => place.build);
      const trouble = await this.#tryBuild(build);
      if (trouble === undefined) return undefined;
      for (const [index, place] of this.#places.entries()) {
        const old = before[index] ?? build;
        if (place.build === old) continue;
        place.build = old;
        await this.#untilServing(place);
        if (place.process !== undefined && place.process.build !== old)
          await this.#renew(place, old);
      }
      return trouble;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    for (const worker of this.#alive) worker.kill("SIGTERM");
    await Promise.all([...this.#alive].map(({ ended }) => ended));
  }

  async #tryBuild(build: WorkerBuild): Promise<string | undefined> {
    for (const [index, place] of this.#places.entries()) {
      await this.#untilServing(place);
      const trouble = await this.#renew(place, build);
      if (trouble !== undefined) return trouble;
      if (index === 0) await this.#whileServing(place, TRIAL_MS);
      const ended = this.#places.slice(0, index + 1).some((one) => one.process?.build !== build);
      if (ended) return "a worker of it ended soon after it had begun to serve";
    }
    return undefined;
  }

  /** Where one is on its way, or was started anew. */
  async #untilServing(place: Place): Promise<void> {
    const endMs = performance.now() + START_LIMIT_MS;
    while (place.process === undefined && !this.#stopping && performance.now() < endMs) {
      await sleep(LOOK_MS);
    }
  }

  async #whileServing(place: Place, ms: number): Promise<void> {
    const [worker, endMs] = [place.process, performance.now() + ms];
    while (place.process === worker && !this.#stopping && performance.now() < endMs) {
      await sleep(LOOK_MS);
    }
  }

  /** @returns why no new one serves: the old one stays. */
  async #renew(place: Place, build: WorkerBuild): Promise<string | undefined> {
    const { log, drainMs } = this.#options;
    const [old, buildBefore] = [place.process, place.build];
    if (this.#stopping) return "the load balancer stops";
    if (old === undefined) return "no worker serves that it could take the place of";
    Object.assign(place, { process: undefined, build });
    try {
      await this.#fill(place);
    } catch (failure) {
      const reason = messageOf(failure);
      log.error({ reason }, "no new worker began to serve: the old one stays");
      place.build = buildBefore;
      if (this.#alive.has(old)) place.process = old;
      else await this.#replace(place, 0);
      return reason;
    }
    old.retire();
    const limit = setTimeout(() => old.kill("SIGKILL"), 2 * drainMs + FLUSH_MS);
    void old.ended.then(() => clearTimeout(limit));
    return undefined;
  }

  /** Start a worker for a place. */
  async #fill(place: Place): Promise<void> {
    const { front, socket, log } = this.#options;
    const worker = new WorkerProcess(place.build);
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

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(task);
    this.#turn = turn.catch(() => undefined);
    return turn;
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
