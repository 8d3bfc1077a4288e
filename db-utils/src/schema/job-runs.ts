import { sql } from "drizzle-orm";
import { bigint, check, index, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

export const JOB_RUN_STATES = ["running", "succeeded", "failed"] as const;

/** Runs of scheduled jobs, with what each did or why it failed. */
export const jobRuns = pgTable(
  "job_runs",
  {
    runKey: bigint("run_key", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    startedAt: instant("started_at").notNull(),
    finishedAt: instant("finished_at"),
    job: text("job").notNull(),
    state: text("state", { enum: JOB_RUN_STATES }).notNull().default("running"),
    detail: jsonb("detail"),
  },
  (table) => [
    check("job_runs_state_known", sql`${table.state} in ('running', 'succeeded', 'failed')`),
    check(
      "job_runs_finished_whole",
      sql`(${table.state} = 'running') = (${table.finishedAt} is null)`,
    ),
    index("job_runs_by_job").on(table.job, table.startedAt),
  ],
);
