import type { Database } from "@canarec/db-utils/database";
import { jobStates } from "@canarec/db-utils/jobs/job-states";
import type { Job } from "../jobs/job-table.ts";
import { longestPeriodMs } from "../jobs/job-times.ts";
import type { Sample } from "./observed-gauges.ts";
import type { Observer } from "./start-observation.ts";

/** When the jobs of the table are due, and where they stand by their diary, whichever process ran them last. */
export function observeJobs(
  { pool }: Pick<Database, "pool">,
  jobs: readonly Pick<Job, "name" | "schedule" | "limitMs">[],
): Observer {
  const due = jobs.flatMap(({ name: job, schedule, limitMs }): Sample[] => [
    // One that runs but once more has none, and is left out.
    sampleOf("canarec_job_interval_seconds", job, (longestPeriodMs(schedule) ?? NaN) / 1_000),
    sampleOf("canarec_job_limit_seconds", job, limitMs / 1_000),
  ]);
  const names = jobs.map(({ name }) => name);
  return {
    name: "jobs",
    everyMs: 5_000,
    gauges: [
      ...(["canarec_job_interval_seconds", "canarec_job_limit_seconds"] as const),
      ...(["canarec_job_last_failed", "canarec_job_running"] as const),
      "canarec_job_last_success_timestamp_seconds",
    ],
    async look() {
      const states = await jobStates(pool, names);
      const stand = states.flatMap(({ job, isRunning, lastFailed, lastSuccessAt }): Sample[] => [
        sampleOf("canarec_job_running", job, Number(isRunning)),
        // Of what never came to its end there is nothing to tell.
        sampleOf("canarec_job_last_failed", job, Number(lastFailed ?? NaN)),
        sampleOf(
          "canarec_job_last_success_timestamp_seconds",
          job,
          (lastSuccessAt?.getTime() ?? NaN) / 1_000,
        ),
      ]);
      return [...due, ...stand];
    },
  };
}

function sampleOf(name: Sample["name"], job: string, value: number): Sample {
  return { name, labels: { job }, value };
}
