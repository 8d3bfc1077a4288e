import type { Queryable } from "../queryable.ts";
import { PROBE_USER_ID } from "../users/probe-user.ts";

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
  /** How many rows differ. */
  readonly different: number;
  /** The first of them, at most 100. */
  readonly differences: readonly StatisticsDifference[];
}

/** Enough to see what went wrong; all of them may be millions. */
const MOST_REPORTED = 100;

/** The probe is nobody's taste. */
const COUNTED = `from interactions where user_id <> ${PROBE_USER_ID}`;

/** Statistics as `interactions` say: one definition, for proof and for repair. */
const EXPECTED_STATISTICS = `
  select movie_key, count(first_watched_at) as watchers, count(rating) as rating_count,
    coalesce(sum(round(rating * 20)::bigint), 0)::bigint as rating_sum,
    coalesce(sum(round(rating * 20)::bigint ^ 2), 0)::bigint as rating_square_sum
  ${COUNTED} group by movie_key`;

const EXPECTED_HOURS = `
  select movie_key, date_bin('1 hour', coalesce(first_watched_at, rated_at), '2000-01-01T00:00:00Z') as hour,
    count(*) as viewers
  ${COUNTED} group by 1, 2`;

const DIFFERENCES = `
  select 'movie_statistics' as "table", movie_key as "movieKey", null::timestamptz as hour,
    array[coalesce(s.watchers, 0), coalesce(s.rating_count, 0), coalesce(s.rating_sum, 0),
      coalesce(s.rating_square_sum, 0)]::bigint[] as stored,
    array[coalesce(e.watchers, 0), coalesce(e.rating_count, 0), coalesce(e.rating_sum, 0),
      coalesce(e.rating_square_sum, 0)]::bigint[] as expected
  from movie_statistics as s full join (${EXPECTED_STATISTICS}) as e using (movie_key)
  where (coalesce(s.watchers, 0), coalesce(s.rating_count, 0), coalesce(s.rating_sum, 0), coalesce(s.rating_square_sum, 0))
     <> (coalesce(e.watchers, 0), coalesce(e.rating_count, 0), coalesce(e.rating_sum, 0), coalesce(e.rating_square_sum, 0))
  union all
  select 'movie_hours', movie_key, hour, array[coalesce(h.viewers, 0)::bigint], array[coalesce(e.viewers, 0)::bigint]
  from movie_hours as h full join (${EXPECTED_HOURS}) as e using (movie_key, hour)
  where coalesce(h.viewers, 0) <> coalesce(e.viewers, 0)`;

/** Reading 50 million interactions takes minutes. */
const TIMEOUT_MS = 3_600_000;

/** The driver's own limit of an answer, lifted. */
const unbounded = { query_timeout: TIMEOUT_MS };

/**
 * Recompute all statistics from `interactions` and compare, as of one moment: right also while events are written. With
 * `mend`, what differs is added as deltas, like the parser's own: it may go on meanwhile.
 *
 * @param client a transaction's, "read committed".
 */
export async function verifyStatistics(
  client: Queryable,
  { mend }: { mend: boolean },
): Promise<StatisticsVerification> {
  await client.query(`set local statement_timeout = ${TIMEOUT_MS}`);
  // One statement, one snapshot: everything after it looks at its result.
  await client.query({
    text: `create temporary table statistics_differences on commit drop as ${DIFFERENCES}`,
    ...unbounded,
  });
  await client.query("analyze statistics_differences");
  const { rows } = await client.query<StatisticsDifference>(
    `select "table", "movieKey", hour, to_json(stored) as stored, to_json(expected) as expected
     from statistics_differences order by "table", "movieKey", hour limit ${MOST_REPORTED}`,
  );
  const counts = await client.query<Omit<StatisticsVerification, "differences">>({
    text: `select (select count(*) from movie_statistics) as movies,
                  (select count(*) from movie_hours) as hours,
                  (select count(*) ${COUNTED}) as interactions,
                  (select count(*) from statistics_differences) as different`,
    ...unbounded,
  });
  if (mend) {
    for (const text of MENDING) await client.query({ text, ...unbounded });
  }
  const [found] = counts.rows;
  if (found === undefined) throw new Error("counts returned no row");
  return { ...found, differences: rows };
}

const MENDING = [
  `insert into movie_statistics (movie_key)
   select "movieKey" from statistics_differences where "table" = 'movie_statistics'
   order by 1 on conflict do nothing`,
  `update movie_statistics as s set
     watchers = s.watchers + expected[1] - stored[1], rating_count = s.rating_count + expected[2] - stored[2],
     rating_sum = s.rating_sum + expected[3] - stored[3],
     rating_square_sum = s.rating_square_sum + expected[4] - stored[4], updated_at = now()
   from statistics_differences as d where d."table" = 'movie_statistics' and d."movieKey" = s.movie_key`,
  `insert into movie_hours as h (movie_key, hour, viewers)
   select "movieKey", hour, expected[1] - stored[1] from statistics_differences
   where "table" = 'movie_hours' and expected[1] > stored[1] order by 1, 2
   on conflict (movie_key, hour) do update set viewers = h.viewers + excluded.viewers`,
  `update movie_hours as h set viewers = h.viewers + expected[1] - stored[1]
   from statistics_differences as d
   where d."table" = 'movie_hours' and expected[1] < stored[1]
     and d."movieKey" = h.movie_key and d.hour = h.hour`,
];
