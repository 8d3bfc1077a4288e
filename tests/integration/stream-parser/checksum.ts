import { createHash } from "node:crypto";
import type { Database } from "@canarec/db-utils/database";

/** Every table that the stream fills, by external ids: without surrogate keys, times of arrival and look-ups. */
const TABLES: Readonly<Record<string, string>> = {
  movies: "select movie_id from movies",
  users: "select user_id, account_created_at from users",
  interactions: `select user_id, movie_id, furthest_minute, first_watched_at, last_watched_at, rating_raw, rating, rated_at
                 from interactions join movies using (movie_key)`,
  watches:
    "select user_id, movie_id, hour, first_minute, last_minute from watches join movies using (movie_key)",
  statistics: `select movie_id, watchers, rating_count, rating_sum, rating_square_sum
               from movie_statistics join movies using (movie_key)`,
  hours:
    "select movie_id, hour, viewers from movie_hours join movies using (movie_key) where viewers <> 0",
  answers:
    "select user_id, answered_at, status, ms, line_hash, server, list, error from platform_answers",
};

/** What else an undisturbed run and a disturbed one of the same topic must agree in. */
const PROGRESS: Readonly<Record<string, string>> = {
  rejected: `select partition, "offset", reason, raw, raw_bytes from rejected_lines`,
  counts: "select reason, sum(lines) as lines from rejection_counts group by reason",
  offsets: `select partition, next_offset, last_offset_fingerprint, high_event_at, lines_total
            from stream_offsets where next_offset > 0`,
};

/** A checksum and the number of rows of each table. */
export async function checksums(
  db: Database,
  { progress = false } = {},
): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  for (const [name, query] of Object.entries({ ...TABLES, ...(progress && PROGRESS) })) {
    const { rows } = await db.pool.query<{ line: string }>(
      `select t::text as line from (${query}) as t order by 1`,
    );
    const hash = createHash("sha256").update(rows.map(({ line }) => line).join("\n"));
    sums[name] = `${rows.length} rows ${hash.digest("hex").slice(0, 16)}`;
  }
  return sums;
}
