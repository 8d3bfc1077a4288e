import type { Database } from "@canarec/db-utils/database";
import { jobStates } from "@canarec/db-utils/jobs/job-states";
import type { Sample } from "./observed-gauges.ts";
import type { Observer } from "./start-observation.ts";

/** Where the jobs of the table stand, whichever process ran them last. */
export function observeJobs({ pool }: Pick<Database, "pool">, jobs: readonly string[]): Observer {
  return {
    name: "jobs",
    everyMs: 5_000,
    gauges: ["canarec_job_last_failed", "canarec_job_running"],
    async look() {
      const states = await jobStates(pool, jobs);
      return states.flatMap(({ job, isRunning, lastFailed }): Sample[] => [
        { name: "canarec_job_running", labels: { job }, value: Number(isRunning) },
        // Of what never came to its end there is nothing to tell.
        { name: "canarec_job_last_failed", labels: { job }, value: Number(lastFailed ?? NaN) },
      ]);
    },
  };
}
