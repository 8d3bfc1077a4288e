import { setTimeout as sleep } from "node:timers/promises";
import { schedule } from "node-cron";
import type { Job } from "./job-table.ts";
import type { JobRunner } from "./run-job.ts";

/** Runs that were missed while nothing ran here. */
export interface MakingUp {
  /** Jobs that missed one. */
  readonly missed: () => Promise<readonly Job[]>;
  /** After the start, and before it is tried again where nobody can tell. */
  readonly afterMs: number;
}

/** Run every job at its times until disposed; what then runs is ended. Those that missed a run have one, one after the other. */
export function scheduleJobs(
  jobs: readonly Job[],
  runner: JobRunner,
  { missed, afterMs }: MakingUp,
): AsyncDisposable {
  const stop = new AbortController();
  const running = new Set<Promise<unknown>>();
  const run = async (job: Job) => {
    const ending = runner.run(job, stop.signal);
    running.add(ending);
    await ending;
    running.delete(ending);
  };
  const tasks = jobs.map((job) =>
    schedule(job.schedule, () => run(job), {
      name: job.name,
      timezone: "Etc/UTC",
      noOverlap: true,
      suppressMissedWarning: true,
    }),
  );
  for (const job of jobs) if (job.atStart) void run(job);
  const makeUp = async () => {
    let found: readonly Job[] | undefined;
    while (found === undefined) {
      await sleep(afterMs, undefined, { signal: stop.signal });
      found = await missed().catch(() => undefined);
    }
    for (const job of found) {
      stop.signal.throwIfAborted();
      await run(job);
    }
  };
  const makingUp = makeUp().catch(() => undefined); // ended
  return {
    async [Symbol.asyncDispose]() {
      for (const task of tasks) await task.destroy();
      stop.abort();
      await Promise.all([...running, makingUp]);
    },
  };
}
