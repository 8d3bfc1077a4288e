import { availableParallelism } from "node:os";
import { backoffMs } from "@canarec/service-kit/backoff";
import { ServiceError } from "@canarec/service-kit/errors";
import { WIDTH } from "./embedder.ts";
import {
  type EmbedderWorker,
  type WorkerAnswer,
  type WorkerExit,
  startWorker,
} from "./embedder-worker.ts";
import { EmbeddingQueue, type Job, type Priority, type Slice, sliced } from "./embedding-queue.ts";
import type { ModelFolder } from "./model-folder.ts";

/** About 80 ms of work: a query waits no longer for a batch, and the pipe to the worker stays idle. */
const SLICE_TEXTS = 8;
const DEFAULT_MOST_WAITING = 20_000;
/** A text that ends two processes is the cause, not the victim. */
const MOST_DEATHS = 2;
/** Starts in a row that fail before the pool gives up. */
const MOST_FAILED_STARTS = 5;
const RESTART_BACKOFF = { baseMs: 100, maxMs: 5_000 };

export interface EmbedderPoolOptions {
  readonly model: ModelFolder;
  /** Processes. Default: one for each core that this process may use. */
  readonly workers?: number | undefined;
  /** Of each worker; a service gives way to its own requests with 10. Default 0. */
  readonly niceness?: number | undefined;
  /** Texts that may wait; more are refused. Default 20,000. */
  readonly mostWaiting?: number | undefined;
  /** Hears of a worker that died; it is being replaced. */
  readonly onWorkerExit?: ((exit: WorkerExit) => void) | undefined;
}

export interface EmbedOptions {
  /** Default `batch`; `query` overtakes batches. */
  readonly priority?: Priority | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Embedder processes that share one queue. */
export interface EmbedderPool extends AsyncDisposable {
  readonly workers: number;
  readonly model: ModelFolder;
  /** Process ids of the workers that run now. */
  readonly pids: readonly number[];
  /**
   * Embed each text; see Embedder.
   *
   * @throws ServiceError `resource_exhausted` if too many texts wait, `unavailable` if no worker can be started or the
   * pool is disposed, `internal` if a text cannot be embedded; `signal.reason` when aborted.
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>;
}

/**
 * Start the workers and wait until all are ready.
 *
 * @throws ServiceError as `openEmbedder` does.
 */
export async function openEmbedderPool(options: EmbedderPoolOptions): Promise<EmbedderPool> {
  const pool = new Pool(options);
  try {
    await pool.start();
  } catch (thrown) {
    await pool[Symbol.asyncDispose]();
    throw thrown;
  }
  return pool;
}

class Pool implements EmbedderPool {
  readonly workers: number;
  readonly model: ModelFolder;
  readonly #options: EmbedderPoolOptions;
  readonly #queue = new EmbeddingQueue();
  readonly #running = new Map<EmbedderWorker, Slice | undefined>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #failedStarts = 0;
  #closed: ServiceError | undefined;
  #requests = 0;

  constructor(options: EmbedderPoolOptions) {
    this.#options = options;
    this.model = options.model;
    this.workers = options.workers ?? availableParallelism();
  }

  get pids(): readonly number[] {
    return [...this.#running.keys()].map((worker) => worker.pid);
  }

  async start(): Promise<void> {
    const starts = Array.from({ length: this.workers }, () => this.#startWorker());
    const failed = (await Promise.allSettled(starts)).find((start) => start.status === "rejected");
    if (failed !== undefined) throw ServiceError.from(failed.reason);
  }

  async embed(texts: readonly string[], options: EmbedOptions = {}): Promise<Float32Array[]> {
    const { priority = "batch", signal } = options;
    signal?.throwIfAborted();
    this.#requireRoom(texts.length);
    if (texts.length === 0) return [];
    const { job, embeddings } = newJob(texts.length);
    const onAbort = () => {
      this.#finish(job, () => job.reject(signal?.reason));
      this.#queue.sweep();
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    for (const slice of sliced(job, texts, SLICE_TEXTS)) this.#queue.push(slice, priority);
    this.#dispatch();
    try {
      return await embeddings;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close(new ServiceError("unavailable", "the embedder pool is closed"));
    const workers = [...this.#running.keys()];
    this.#running.clear();
    await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
  }

  #requireRoom(texts: number): void {
    if (this.#closed !== undefined) throw this.#closed;
    const most = this.#options.mostWaiting ?? DEFAULT_MOST_WAITING;
    if (this.#queue.size + texts <= most) return;
    throw new ServiceError(
      "resource_exhausted",
      `${this.#queue.size} texts wait to be embedded, ${texts} more exceed ${most}`,
    );
  }

  #finish(job: Job, settle: () => void): void {
    if (job.finished) return;
    job.finished = true;
    settle();
  }

  #dispatch(): void {
    for (const [worker, slice] of this.#running) {
      if (slice !== undefined) continue;
      const next = this.#queue.take();
      if (next === undefined) return;
      this.#running.set(worker, next);
      this.#requests += 1;
      worker.send({ id: this.#requests, texts: next.texts });
    }
  }

  async #startWorker(): Promise<void> {
    const { model, niceness = 0 } = this.#options;
    const settings = { modelPath: model.path, modelVersion: model.version, niceness };
    const worker: EmbedderWorker = await startWorker(settings, {
      onAnswer: (answer) => this.#answered(worker, answer),
      onExit: (exit) => this.#exited(worker, exit),
    });
    if (this.#closed !== undefined) {
      await worker[Symbol.asyncDispose]();
      return;
    }
    this.#failedStarts = 0;
    this.#running.set(worker, undefined);
    this.#dispatch();
  }

  #answered(worker: EmbedderWorker, answer: WorkerAnswer): void {
    const slice = this.#running.get(worker);
    if (slice === undefined) return;
    this.#running.set(worker, undefined);
    const { job } = slice;
    if (answer.kind === "failed") {
      const failure = new ServiceError("internal", `a text was not embedded: ${answer.message}`);
      this.#finish(job, () => job.reject(failure));
    } else {
      for (const [row, place] of slice.places.entries()) {
        job.embeddings[place] = answer.embeddings.slice(row * WIDTH, (row + 1) * WIDTH);
      }
      job.remaining -= slice.places.length;
      if (job.remaining === 0) this.#finish(job, () => job.resolve(job.embeddings));
    }
    this.#dispatch();
  }

  #exited(worker: EmbedderWorker, exit: WorkerExit): void {
    const slice = this.#running.get(worker);
    this.#running.delete(worker);
    if (this.#closed !== undefined) return;
    this.#options.onWorkerExit?.(exit);
    if (slice !== undefined) this.#retry(slice);
    this.#restart();
    this.#dispatch();
  }

  #retry(slice: Slice): void {
    slice.deaths += 1;
    if (slice.deaths < MOST_DEATHS) {
      this.#queue.unshift(slice);
      return;
    }
    const failure = new ServiceError("internal", "embedder processes died of a text, twice");
    this.#finish(slice.job, () => slice.job.reject(failure));
  }

  #restart(): void {
    const waitMs = backoffMs(this.#failedStarts, RESTART_BACKOFF, Math.random);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#startWorker().catch((thrown: unknown) => this.#startFailed(thrown));
    }, waitMs);
    this.#timers.add(timer);
  }

  #startFailed(thrown: unknown): void {
    if (this.#closed !== undefined) return;
    this.#failedStarts += 1;
    if (this.#failedStarts < MOST_FAILED_STARTS || this.#running.size > 0) {
      this.#restart();
      return;
    }
    this.#close(
      new ServiceError("unavailable", "no embedder process can be started", { cause: thrown }),
    );
  }

  #close(reason: ServiceError): void {
    this.#closed ??= reason;
    for (const timer of this.#timers) clearTimeout(timer);
    const waiting = this.#queue.jobs();
    for (const slice of this.#running.values()) if (slice !== undefined) waiting.add(slice.job);
    for (const job of waiting) this.#finish(job, () => job.reject(this.#closed));
    this.#queue.sweep();
  }
}

function newJob(texts: number): { job: Job; embeddings: Promise<Float32Array[]> } {
  let settle: Pick<Job, "resolve" | "reject"> | undefined;
  const embeddings = new Promise<Float32Array[]>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (settle === undefined) throw new Error("a promise runs its executor at once");
  const job = { embeddings: new Array<Float32Array>(texts), remaining: texts, finished: false };
  return { job: { ...job, ...settle }, embeddings };
}
