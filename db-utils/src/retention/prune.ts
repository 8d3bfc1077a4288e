import type { Database } from "../database.ts";
import { dropExpiredPartitions, ensurePartitions } from "../partitions.ts";

/** What is kept of the tables that would otherwise grow for ever. Tables by day: see `partitions.ts`. */
export interface RetentionLimits {
  /** Rejected lines older than this go. */
  readonly rejectedDays: number;
  /** Of the rest, only so many of the newest are kept. */
  readonly rejectedLines: number;
  /** Counts of rejected lines, the diary of jobs, what was told to the operators, and troubles that are over. */
  readonly diaryDays: number;
  /** The newest complete bundles that are kept; pinned ones are kept beside them. */
  readonly bundles: number;
}

export const DEFAULT_RETENTION: RetentionLimits = {
  rejectedDays: 14,
  rejectedLines: 1_000_000,
  diaryDays: 90,
  bundles: 10,
};

export interface RetentionReport {
  readonly partitionsMade: readonly string[];
  readonly partitionsDropped: readonly string[];
  readonly rejectedLines: number;
  readonly rejectionCounts: number;
  readonly jobRuns: number;
  readonly bundles: readonly string[];
}

const DAY_MS = 86_400_000;

/** Exposures are kept no longer, so a mark of an older minute is of no use. */
const MARK_DAYS = 15;

/** Make and drop partitions, and delete what is past its limits. To be run daily; running it twice does no harm. */
export async function applyRetention(
  db: Database,
  now: Date,
  limits: RetentionLimits = DEFAULT_RETENTION,
): Promise<RetentionReport> {
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const partitionsMade = await ensurePartitions(db, now);
  const partitionsDropped = await dropExpiredPartitions(db, now);
  const deleted = async (sql: string, values: readonly unknown[]) =>
    (await db.pool.query(sql, [...values])).rowCount ?? 0;
  const rejectedLines =
    (await deleted("delete from rejected_lines where received_at < $1", [
      daysAgo(limits.rejectedDays),
    ])) +
    (await deleted(
      `delete from rejected_lines where received_at <
         (select received_at from rejected_lines order by received_at desc offset $1 - 1 limit 1)`,
      [limits.rejectedLines],
    ));
  const diary = [daysAgo(limits.diaryDays)];
  await deleted("delete from analysis_marks where minute < $1", [daysAgo(MARK_DAYS)]);
  for (const table of ["analysis_users", "step_users"]) {
    await deleted(`delete from ${table} where first_exposed_at < $1`, diary);
  }
  await deleted("delete from notices where sent_at < $1", diary);
  await deleted("delete from troubles where ended_at < $1", diary);
  return {
    partitionsMade,
    partitionsDropped,
    rejectedLines,
    rejectionCounts: await deleted("delete from rejection_counts where hour < $1", diary),
    jobRuns: await deleted("delete from job_runs where started_at < $1", diary),
    bundles: await pruneBundles(db, limits.bundles),
  };
}

/** What so many mains were served from stays, beside what releases under way need. */
const MAINS = 5;

/** Bundles that are being built stay: only whoever builds knows whether they are abandoned. */
async function pruneBundles(db: Database, kept: number): Promise<readonly string[]> {
  const { rows } = await db.pool.query<{ id: string }>(
    `delete from bundles where state = 'complete' and not pinned and bundle_id not in (
       select bundle_id from bundles where state = 'complete' order by created_at desc, bundle_id limit $1)
     and not exists (
       select from releases join rollouts using (release_id)
       where releases.bundle_id = bundles.bundle_id
         and (state not in ('promoted', 'rolled-back', 'aborted', 'failed-to-start')
           or release_id in (
             select release_id from rollouts where state = 'promoted' order by updated_at desc limit ${MAINS})))
     returning bundle_id as id`,
    [kept],
  );
  return rows.map(({ id }) => id);
}
