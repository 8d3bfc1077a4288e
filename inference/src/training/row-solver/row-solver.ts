import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { ServiceError } from "@canarec/service-kit/errors";
import { sharedFloats, sharedIntegers } from "../../models/linear-algebra/shared-arrays.ts";
import type { RowStep } from "../../models/linear-algebra/row-step.ts";
import type { SolveAnswer, SolveRequest } from "./messages.ts";

const PROGRAM = new URL("./row-worker.mjs", import.meta.url);

/** Threads that solve the rows of a step together. One step at a time. */
export class RowSolver implements AsyncDisposable {
  readonly #workers: readonly Worker[];

  /** @param threads at least 1; the calling one only waits. */
  constructor(threads: number) {
    this.#workers = Array.from({ length: threads }, () => new Worker(PROGRAM));
  }

  /**
   * Solve all rows; the same bits whatever the number of threads.
   *
   * @throws ServiceError "internal" where a thread fails or ends.
   */
  async solve(step: RowStep): Promise<void> {
    const shared = inSharedMemory(step);
    const request = { step: shared, next: sharedIntegers(Int32Array.of(0)) };
    await Promise.all(this.#workers.map((worker) => ask(worker, request)));
    if (shared.solved !== step.solved) step.solved.set(shared.solved);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

async function ask(worker: Worker, request: SolveRequest): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const ended = once(worker, "exit", { signal }).then(() => {
    throw new ServiceError("internal", "a thread that solves rows ended");
  });
  ended.catch(() => undefined); // aborted as soon as there is an answer
  const answered = once(worker, "message", { signal }).then(([answer]) => answer as SolveAnswer);
  worker.postMessage(request);
  try {
    const answer = await Promise.race([answered, ended]);
    if (answer.kind === "failed") throw new ServiceError("internal", answer.message);
  } finally {
    stop.abort();
  }
}

/** The step itself where its arrays are shared; else copies of those that are not. */
function inSharedMemory(step: RowStep): RowStep {
  const { rows } = step;
  return {
    ...step,
    rows: {
      ...rows,
      starts: integersOf(rows.starts),
      columnOf: integersOf(rows.columnOf),
      values: floatsOf(rows.values),
    },
    fixed: floatsOf(step.fixed),
    gram: floatsOf(step.gram),
    ridge: floatsOf(step.ridge),
    solved: floatsOf(step.solved),
  };
}

function floatsOf(array: Float32Array): Float32Array {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const shared = sharedFloats(array.length);
  shared.set(array);
  return shared;
}

function integersOf(array: Int32Array): Int32Array {
  return array.buffer instanceof SharedArrayBuffer ? array : sharedIntegers(array);
}
