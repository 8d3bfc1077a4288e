import type { Database } from "@canarec/db-utils/database";
import { PROBE_USER_ID } from "@canarec/db-utils/users/probe-user";

const DAY_MS = 86_400_000;

/** Rows that the quantile of times is estimated from. */
const SAMPLED_ROWS = 200_000;

/** Share of the interactions that lie before the last split that is tried. */
const TRAINING_SHARE = 0.8;

/** What splits are proposed from, in milliseconds since 1970. */
export interface SplitTimes {
  /** Latest events that the bundles know; −∞ for one that knows of none. */
  readonly bundles: readonly number[];
  /** About when the latest interaction began. */
  readonly latestMs: number;
  /** About when four of five interactions had begun. */
  readonly quantileMs: number;
}

/**
 * Times to split at, the best first: after what both bundles know, so that both are tested as they are; else
 * the latest of the older one's end, a day and a week before the latest interaction; at last where a fifth of
 * the interactions is left. A later split tests on what is nearer to today, with fewer users.
 *
 * @returns at least one, none twice, all before the latest interaction.
 */
export function splitsToTry({ bundles, latestMs, quantileMs }: SplitTimes): number[] {
  const newest = Math.max(...bundles);
  const isBefore = (at: number) => at < newest || newest === Number.NEGATIVE_INFINITY;
  const between = [...bundles, latestMs - DAY_MS, latestMs - 7 * DAY_MS]
    .filter((at) => isBefore(at) && at > quantileMs)
    .sort((a, b) => b - a);
  const all = [newest, ...between, ...(isBefore(quantileMs) ? [quantileMs] : [])];
  const wanted = all.filter((at) => Number.isFinite(at) && at < latestMs);
  return wanted.length === 0 ? [quantileMs] : [...new Set(wanted)];
}

/** @returns undefined without any interaction. */
export async function readTimes(
  { pool }: Pick<Database, "pool">,
  seed: number,
): Promise<Omit<SplitTimes, "bundles"> | undefined> {
  const { rows } = await pool.query<{ rows: number }>(
    `select coalesce(sum(reltuples), 0)::float8 as rows from pg_partition_tree('interactions')
     join pg_class on oid = relid where isleaf`,
  );
  // Never counted is −1 a partition: all of it is read.
  const percent = Math.min(100, (100 * SAMPLED_ROWS) / Math.max(1, rows[0]?.rows ?? 0));
  const found = await pool.query<{ times: [number, number] | null }>(
    `select percentile_disc(array[$1::float8, 1])
       within group (order by extract(epoch from least(first_watched_at, rated_at))::float8 * 1000) as times
     from interactions tablesample system($2) repeatable($3) where user_id <> ${PROBE_USER_ID}`,
    [TRAINING_SHARE, percent, seed],
  );
  const times = found.rows[0]?.times ?? undefined;
  return times === undefined ? undefined : { quantileMs: times[0], latestMs: times[1] };
}
