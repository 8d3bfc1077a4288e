import { schedule } from "node-cron";
import type { Job } from "./job-table.ts";
import type { JobRunner } from "./run-job.ts";

/** Run every job at its times until disposed; what then runs is ended. */
export function scheduleJobs(jobs: readonly Job[], runner: JobRunner): AsyncDisposable {
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
  return {
    async [Symbol.asyncDispose]() {
      for (const task of tasks) await task.destroy();
      stop.abort();
      await Promise.all(running);
    },
  };
}
