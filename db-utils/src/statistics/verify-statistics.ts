import type { Queryable } from "../queryable.ts";

/** A row of statistics that is not what `interactions` say. A row that is not there counts as zeros. */
export interface StatisticsDifference {
  readonly table: "movie_statistics" | "movie_hours";
  readonly movieKey: number;
  /** Of `movie_hours`. */
  readonly hour: Date | null;
  /** watchers, rating_count, rating_sum, rating_square_sum; or viewers. */
  readonly stored: readonly number[];
  readonly expected: readonly number[];
}

export interface StatisticsVerification {
  readonly movies: number;
  readonly hours: number;
  readonly interactions: number;
  readonly differences: readonly StatisticsDifference[];
}

/** Statistics as `interactions` say: one definition, for proof and for repair. */
const EXPECTED_STATISTICS = `
  select movie_key, count(first_watched_at) as watchers, count(rating) as rating_count,
    coalesce(sum(round(rating * 20)::bigint), 0)::bigint as rating_sum,
    coalesce(sum(round(rating * 20)::bigint ^ 2), 0)::bigint as rating_square_sum
  from interactions group by movie_key`;

const EXPECTED_HOURS = `
  select movie_key, date_bin('1 hour', coalesce(first_watched_at, rated_at), '2000-01-01T00:00:00Z') as hour,
    count(*) as viewers
  from interactions group by 1, 2`;

const DIFFERENCES = `
  select 'movie_statistics' as "table", movie_key as "movieKey", null::timestamptz as hour,
    json_build_array(coalesce(s.watchers, 0), coalesce(s.rating_count, 0), coalesce(s.rating_sum, 0),
      coalesce(s.rating_square_sum, 0)) as stored,
    json_build_array(coalesce(e.watchers, 0), coalesce(e.rating_count, 0), coalesce(e.rating_sum, 0),
      coalesce(e.rating_square_sum, 0)) as expected
  from movie_statistics as s full join (${EXPECTED_STATISTICS}) as e using (movie_key)
  where (coalesce(s.watchers, 0), coalesce(s.rating_count, 0), coalesce(s.rating_sum, 0), coalesce(s.rating_square_sum, 0))
     <> (coalesce(e.watchers, 0), coalesce(e.rating_count, 0), coalesce(e.rating_sum, 0), coalesce(e.rating_square_sum, 0))
  union all
  select 'movie_hours', movie_key, hour, json_build_array(coalesce(h.viewers, 0)), json_build_array(coalesce(e.viewers, 0))
  from movie_hours as h full join (${EXPECTED_HOURS}) as e using (movie_key, hour)
  where coalesce(h.viewers, 0) <> coalesce(e.viewers, 0)`;

/** Reading 50 million interactions takes minutes. */
const VERIFY_TIMEOUT_MS = 3_600_000;

/**
 * Recompute all statistics from `interactions` and compare, in one snapshot: right also while events are written.
 *
 * @param client a transaction's, "repeatable read".
 */
export async function verifyStatistics(client: Queryable): Promise<StatisticsVerification> {
  await client.query(`set local statement_timeout = ${VERIFY_TIMEOUT_MS}`);
  const counted = await client.query<{ movies: number; hours: number; interactions: number }>({
    text: `select (select count(*) from movie_statistics) as movies,
                  (select count(*) from movie_hours) as hours,
                  (select count(*) from interactions) as interactions`,
    ...unbounded,
  });
  const { rows } = await client.query<StatisticsDifference>({
    text: `select * from (${DIFFERENCES}) as d order by "table", "movieKey", hour`,
    ...unbounded,
  });
  const counts = counted.rows[0] ?? { movies: 0, hours: 0, interactions: 0 };
  return { ...counts, differences: rows };
}

/** The driver's own limit of an answer, lifted. */
const unbounded = { query_timeout: VERIFY_TIMEOUT_MS };
