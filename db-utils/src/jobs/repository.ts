import type { Database } from "../database.ts";

export interface JobRun {
  readonly runKey: number;
  readonly job: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly state: "running" | "succeeded" | "failed";
  readonly detail: unknown;
}

export interface JobEnd {
  readonly state: "succeeded" | "failed";
  readonly finishedAt: Date;
  /** What was done, or why it failed; without secrets. */
  readonly detail: unknown;
}

/** How a job has done so far; runs that were cut off with their process say nothing. */
export interface JobPast {
  /** How the last run ended; null before the first end. */
  readonly state: "succeeded" | "failed" | null;
  readonly lastSuccessAt: Date | null;
  /** The first failure after that; null where it succeeded last. */
  readonly failingSince: Date | null;
  /** The first run of all that are on record. */
  readonly firstRunAt: Date | null;
}

/** The diary of scheduled jobs. */
export interface JobRepository {
  /** @returns the key of the run. */
  begin(job: string, startedAt: Date): Promise<number>;
  end(runKey: number, end: JobEnd): Promise<void>;
  /** Runs of a job, the latest first. */
  list(job: string, limit: number): Promise<JobRun[]>;
  /** The last run of each job that ever ran, by name. */
  newest(): Promise<JobRun[]>;
  past(job: string): Promise<JobPast>;
  /** The first run of any job on record; null before it. */
  beganAt(): Promise<Date | null>;
}

const COLUMNS = `run_key as "runKey", job, started_at as "startedAt", finished_at as "finishedAt", state, detail`;

const PAST = `
  with ended as (
    select * from job_runs
    where job = $1 and state <> 'running' and coalesce(detail->>'interrupted', '') <> 'true'),
  success as (select max(finished_at) as at from ended where state = 'succeeded')
  select (select state from ended order by started_at desc, run_key desc limit 1) as state,
         (select at from success) as "lastSuccessAt",
         (select min(started_at) from ended, success
          where state = 'failed' and (at is null or started_at > at)) as "failingSince",
         (select min(started_at) from job_runs where job = $1) as "firstRunAt"`;

export function createJobRepository({ pool }: Pick<Database, "pool">): JobRepository {
  return {
    async begin(job, startedAt) {
      const { rows } = await pool.query<{ key: number }>(
        "insert into job_runs (job, started_at) values ($1, $2) returning run_key as key",
        [job, startedAt],
      );
      const key = rows[0]?.key;
      if (key === undefined) throw new Error("an insert returned no row");
      return key;
    },
    async end(runKey, { state, finishedAt, detail }) {
      await pool.query(
        `update job_runs set state = $2, finished_at = $3, detail = $4
         where run_key = $1 and state = 'running'`,
        [runKey, state, finishedAt, JSON.stringify(detail)],
      );
    },
    async newest() {
      const { rows } = await pool.query<JobRun>(
        `select distinct on (job) ${COLUMNS} from job_runs order by job, started_at desc, run_key desc`,
      );
      return rows;
    },
    async beganAt() {
      const { rows } = await pool.query<{ at: Date | null }>(
        "select min(started_at) as at from job_runs",
      );
      return rows[0]?.at ?? null;
    },
    async past(job) {
      const { rows } = await pool.query<JobPast>(PAST, [job]);
      return rows[0] ?? { state: null, lastSuccessAt: null, failingSince: null, firstRunAt: null };
    },
    async list(job, limit) {
      const { rows } = await pool.query<JobRun>(
        `select ${COLUMNS}
         from job_runs where job = $1 order by started_at desc, run_key desc limit $2`,
        [job, limit],
      );
      return rows;
    },
  };
}
