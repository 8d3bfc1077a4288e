import type { Queryable } from "../queryable.ts";

/** Where one job stands, by its diary. */
export interface JobState {
  readonly job: string;
  readonly isRunning: boolean;
  /** Whether the last run that came to its end failed; null before the first. Runs that ended with their process say nothing. */
  readonly lastFailed: boolean | null;
  /** When the last run that succeeded ended; null before the first. */
  readonly lastSuccessAt: Date | null;
}

/** Where each of these jobs stands; one without a run is left out. */
export async function jobStates(client: Queryable, jobs: readonly string[]): Promise<JobState[]> {
  const { rows } = await client.query<JobState>(
    `select job, bool_or(state = 'running') as "isRunning",
            (array_agg(state = 'failed' order by started_at desc, run_key desc)
               filter (where state <> 'running' and coalesce(detail->>'interrupted', '') <> 'true'))[1] as "lastFailed",
            max(finished_at) filter (where state = 'succeeded') as "lastSuccessAt"
     from job_runs where job = any($1) group by job order by job`,
    [jobs],
  );
  return rows;
}
