/** How long rows of a table are kept that would otherwise grow for ever. Tables by day: see `partitions.ts`. */
export interface RetentionRule {
  readonly table: string;
  /** A constant, or part of one. */
  readonly days: number;
  /** Which rows are past it, in SQL; $1 is the moment so many days ago. */
  readonly expired: string;
}

/** A verdict that says how far apart the tracks are: what calibration reads of a release. */
const WITH_CONTRAST = (row: string) =>
  `jsonb_typeof(${row}.record->'evidence'->'primary'->'difference') is not distinct from 'object'`;

/** Data planes remember a version; the newest snapshots stay however old they are. */
const NEWEST_SNAPSHOTS = 100;

/** All that is deleted row by row. What is not here and not by day is kept for ever: docs/database.md. */
export const RETENTION_RULES: readonly RetentionRule[] = [
  { table: "rejected_lines", days: 14, expired: "received_at < $1" },
  { table: "rejection_counts", days: 90, expired: "hour < $1" },
  {
    // The newest run of each job stays: it says how the job stands.
    table: "job_runs",
    days: 90,
    expired: `started_at < $1 and exists (
      select from job_runs later where later.job = job_runs.job and later.run_key > job_runs.run_key)`,
  },
  // Exposures are kept 14 days, so a mark of an older minute is of no use.
  { table: "analysis_marks", days: 15, expired: "minute < $1" },
  { table: "analysis_users", days: 90, expired: "first_exposed_at < $1" },
  { table: "step_users", days: 90, expired: "first_exposed_at < $1" },
  {
    // The last of each window stays, to be recomputed, and the last with a contrast, for calibration.
    table: "verdicts",
    days: 180,
    expired: `at < $1 and exists (
      select from verdicts later
      where later.release_id = verdicts.release_id and later."window" = verdicts."window" and later.at > verdicts.at
        and (${WITH_CONTRAST("later")} or not ${WITH_CONTRAST("verdicts")}))`,
  },
  { table: "exposure_minutes", days: 180, expired: "minute < $1" },
  {
    table: "routing_snapshots",
    days: 30,
    expired: `created_at < $1 and version <= (select max(version) - ${NEWEST_SNAPSHOTS} from routing_snapshots)`,
  },
  // What was not sent yet stays until it is.
  { table: "notices", days: 90, expired: "created_at < $1 and sent_at is not null" },
  { table: "troubles", days: 365, expired: "ended_at < $1" },
  { table: "audit_log", days: 730, expired: "at < $1" },
  { table: "training_trials", days: 180, expired: "tried_at < $1" },
];

/** Rejected lines that are kept at most, however young: a stream that is all damage shall not fill the disk. */
export const MOST_REJECTED_LINES = 1_000_000;
