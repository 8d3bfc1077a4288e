import type { Database } from "../database.ts";
import type { Queryable } from "../queryable.ts";
import { type StatisticsReading, type StatisticsTable, readStatistics } from "./read-statistics.ts";
import {
  type StatisticsDifference,
  type StatisticsVerification,
  verifyStatistics,
} from "./verify-statistics.ts";

export interface StatisticsRepository {
  /** See `readStatistics`. Give a transaction's client to read one snapshot. */
  read(reading: StatisticsReading, client?: Queryable): Promise<StatisticsTable>;
  /** Recompute all statistics from `interactions` and report every difference. Changes nothing. */
  verify(): Promise<StatisticsVerification>;
  /**
   * Mend every difference, and report what was mended. The parser may go on meanwhile: differences found in one
   * snapshot are added as deltas, like its own.
   */
  recompute(): Promise<StatisticsVerification>;
}

export function createStatisticsRepository(
  db: Pick<Database, "pool" | "transaction">,
): StatisticsRepository {
  const verify = () =>
    db.transaction(({ client }) => verifyStatistics(client), { isolation: "repeatable read" });
  return {
    read: (reading, client = db.pool) => readStatistics(client, reading),
    verify,
    async recompute() {
      const found = await verify();
      await db.transaction(({ client }) => mend(client, found.differences));
      return found;
    },
  };
}

async function mend(client: Queryable, differences: readonly StatisticsDifference[]) {
  const counts = differences.filter(({ table }) => table === "movie_statistics");
  const hours = differences.filter(({ table }) => table === "movie_hours");
  const column = (index: number) =>
    counts.map(({ stored, expected }) => (expected[index] ?? 0) - (stored[index] ?? 0));
  const keys = counts.map(({ movieKey }) => movieKey);
  await client.query(
    `insert into movie_statistics (movie_key) select unnest($1::int[]) on conflict do nothing`,
    [keys],
  );
  await client.query(
    `update movie_statistics as s set watchers = s.watchers + d.watchers, rating_count = s.rating_count + d.ratings,
       rating_sum = s.rating_sum + d.total, rating_square_sum = s.rating_square_sum + d.squares, updated_at = now()
     from unnest($1::int[], $2::int[], $3::int[], $4::bigint[], $5::bigint[])
       as d (movie_key, watchers, ratings, total, squares)
     where s.movie_key = d.movie_key`,
    [keys, column(0), column(1), column(2), column(3)],
  );
  const hourKeys = [hours.map(({ movieKey }) => movieKey), hours.map(({ hour }) => hour)];
  await client.query(
    `insert into movie_hours (movie_key, hour, viewers)
     select *, 0 from unnest($1::int[], $2::timestamptz[]) on conflict do nothing`,
    hourKeys,
  );
  await client.query(
    `update movie_hours as h set viewers = h.viewers + d.viewers
     from unnest($1::int[], $2::timestamptz[], $3::int[]) as d (movie_key, hour, viewers)
     where h.movie_key = d.movie_key and h.hour = d.hour`,
    [...hourKeys, hours.map(({ stored, expected }) => (expected[0] ?? 0) - (stored[0] ?? 0))],
  );
}
