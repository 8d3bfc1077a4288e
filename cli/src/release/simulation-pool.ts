import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { SimulatedRelease } from "@canarec/monitoring/simulation/simulate-release";
import { ServiceError } from "@canarec/service-kit/errors";
import type { SimulationJob } from "./simulation-process.ts";

const PROGRAM = fileURLToPath(new URL("./simulation-process.ts", import.meta.url));
/** How this repository's TypeScript is run. */
const LOADER = `file://${createRequire(import.meta.url).resolve("tsx")}`;

/** Releases that a process simulates between two messages: a second or a few. */
const CHUNK = 4;

export interface SimulationRequest extends Omit<SimulationJob, "releaseIds"> {
  /** Releases 1 … n are simulated. */
  readonly releases: number;
}

/** Processes that simulate releases, one on each core that they may use. */
export class SimulationPool implements Disposable {
  readonly #children: readonly ChildProcess[];

  /** @param processes at least 1. */
  constructor(processes: number) {
    this.#children = Array.from({ length: processes }, () =>
      fork(PROGRAM, [], {
        execArgv: ["--import", LOADER],
        serialization: "advanced",
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      }),
    );
  }

  /**
   * Simulate releases on all processes, one request at a time. The result does not depend on how many there are.
   *
   * @returns releases in the order of their numbers.
   * @throws ServiceError internal if a process ends.
   */
  async run(
    request: SimulationRequest,
    onProgress: (done: number) => void = () => undefined,
  ): Promise<SimulatedRelease[]> {
    const { releases, ...job } = request;
    const results: SimulatedRelease[] = [];
    let next = 1;
    let done = 0;
    const work = async (child: ChildProcess) => {
      while (next <= releases) {
        const first = next;
        next += CHUNK;
        const count = Math.min(CHUNK, releases - first + 1);
        const releaseIds = Array.from({ length: count }, (_, index) => first + index);
        for (const [index, one] of (await ask(child, { ...job, releaseIds })).entries()) {
          results[first - 1 + index] = one;
        }
        done += count;
        onProgress(done);
      }
    };
    await Promise.all(this.#children.map(work));
    return results;
  }

  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill("SIGKILL");
  }
}

async function ask(child: ChildProcess, job: SimulationJob): Promise<SimulatedRelease[]> {
  const stop = new AbortController();
  const { signal } = stop;
  const ended = once(child, "exit", { signal }).then(() => {
    throw new ServiceError("internal", "a process of the simulation ended");
  });
  ended.catch(() => undefined); // aborted as soon as there is an answer
  const answer = once(child, "message", { signal }).then(([message]) => message as unknown);
  child.send(job);
  try {
    return (await Promise.race([answer, ended])) as SimulatedRelease[];
  } finally {
    stop.abort();
    answer.catch(() => undefined);
  }
}
