import type { Database } from "@canarec/db-utils/database";
import { createJobRepository } from "@canarec/db-utils/jobs/repository";
import type { Job } from "./job-table.ts";
import { longestPeriodMs, nextRuns } from "./job-times.ts";
import { isRunMissed } from "./missed-run.ts";

/** Those jobs that have missed a run by their diary, in the order given. @throws where Postgres gives no answer. */
export async function readMissed(
  db: Pick<Database, "pool">,
  jobs: readonly Job[],
  now: Date,
): Promise<readonly Job[]> {
  const diary = createJobRepository(db);
  const diaryBeganAt = await diary.beganAt();
  const missed: Job[] = [];
  for (const job of jobs) {
    const { lastSuccessAt } = await diary.past(job.name);
    const [periodMs, nextRunAt] = [longestPeriodMs(job.schedule), nextRuns(job.schedule, 1)[0]];
    const times = { periodMs, nextRunAt, lastSuccessAt, diaryBeganAt };
    if (!job.atStart && isRunMissed(times, now)) missed.push(job);
  }
  return missed;
}
