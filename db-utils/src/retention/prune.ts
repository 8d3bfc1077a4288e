import type { Database } from "../database.ts";
import { dropExpiredPartitions, ensurePartitions } from "../partitions.ts";
import { MOST_REJECTED_LINES, RETENTION_RULES, type RetentionRule } from "./retention-rules.ts";

export interface RetentionReport {
  readonly partitionsMade: readonly string[];
  readonly partitionsDropped: readonly string[];
  /** Rows deleted, by table; only where there were any. */
  readonly deleted: Readonly<Record<string, number>>;
}

export interface RetentionLimits {
  readonly rules: readonly RetentionRule[];
  /** Rejected lines that are kept at most. */
  readonly rejectedLines: number;
  /** Rows of one statement: none holds locks for long. */
  readonly batchRows: number;
  /** Statements a rule and run; the rest is left to the next run. */
  readonly batches: number;
}

export const DEFAULT_RETENTION: RetentionLimits = {
  rules: RETENTION_RULES,
  rejectedLines: MOST_REJECTED_LINES,
  batchRows: 5_000,
  batches: 400,
};

const DAY_MS = 86_400_000;

/** Make and drop partitions, and delete what is past its time. To be run hourly; running it twice does no harm. */
export async function applyRetention(
  db: Database,
  now: Date,
  limits: RetentionLimits = DEFAULT_RETENTION,
): Promise<RetentionReport> {
  const partitionsMade = await ensurePartitions(db, now);
  const partitionsDropped = await dropExpiredPartitions(db, now);
  const deleted: Record<string, number> = {};
  const count = (table: string, rows: number) => {
    if (rows > 0) deleted[table] = (deleted[table] ?? 0) + rows;
  };
  for (const { table, days, expired } of limits.rules) {
    const cutoff = new Date(now.getTime() - days * DAY_MS);
    count(table, await deleteExpired(db, { table, expired, value: cutoff, ...limits }));
  }
  count("rejected_lines", await deleteSurplus(db, limits));
  return { partitionsMade, partitionsDropped, deleted };
}

interface Deletion extends Pick<RetentionLimits, "batchRows" | "batches"> {
  readonly table: string;
  /** SQL; $1 is `value`. */
  readonly expired: string;
  readonly value: unknown;
}

/** In batches, each a transaction of its own. @returns rows deleted. */
async function deleteExpired(db: Database, deletion: Deletion): Promise<number> {
  const { table, expired, value, batchRows, batches } = deletion;
  let total = 0;
  for (let batch = 0; batch < batches; batch += 1) {
    const { rowCount } = await db.pool.query(
      `delete from ${table} where ctid = any(array(
         select ctid from ${table} where ${expired} limit ${batchRows}))`,
      [value],
    );
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < batchRows) break;
  }
  return total;
}

async function deleteSurplus(db: Database, limits: RetentionLimits): Promise<number> {
  const { rows } = await db.pool.query<{ at: Date }>(
    "select received_at as at from rejected_lines order by received_at desc offset $1 limit 1",
    [limits.rejectedLines - 1],
  );
  const oldest = rows[0]?.at;
  if (oldest === undefined) return 0;
  const expired = "received_at < $1";
  return deleteExpired(db, { table: "rejected_lines", expired, value: oldest, ...limits });
}
