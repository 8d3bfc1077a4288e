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

/** The diary of scheduled jobs. */
export interface JobRepository {
  /** @returns the key of the run. */
  begin(job: string, startedAt: Date): Promise<number>;
  end(runKey: number, end: JobEnd): Promise<void>;
  /** Runs of a job, the latest first. */
  list(job: string, limit: number): Promise<JobRun[]>;
}

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
    async list(job, limit) {
      const { rows } = await pool.query<JobRun>(
        `select run_key as "runKey", job, started_at as "startedAt", finished_at as "finishedAt", state, detail
         from job_runs where job = $1 order by started_at desc, run_key desc limit $2`,
        [job, limit],
      );
      return rows;
    },
  };
}
