import type { Queryable } from "../queryable.ts";
import type { WindowStart } from "./exposure-rows.ts";

/**
 * What a user did with a movie within his attribution window, or the clocks' tolerance before it: began it, rated it,
 * or both.
 */
export interface OutcomeRow {
  readonly userId: number;
  readonly movieId: string;
  /** Null if it began outside the window. */
  readonly firstWatchedAtMs: number | null;
  /** Different minutes of the movie seen in the hours of the window. */
  readonly minutes: number;
  /** Null if it was rated outside the window. */
  readonly ratedAtMs: number | null;
  /** The rating in twentieths of the scale; 0 without one. */
  readonly twentieths: number;
}

const OUTCOMES = `
with due (user_id, begins, ends) as (
  select user_id, first_exposed_at - $4::interval, first_exposed_at + $3::interval
  from unnest($1::int8[], $2::timestamptz[]) as d (user_id, first_exposed_at))
select d.user_id as "userId", m.movie_id as "movieId",
  case when i.first_watched_at between d.begins and d.ends
       then (extract(epoch from i.first_watched_at) * 1000)::float8 end as "firstWatchedAtMs",
  coalesce(w.minutes, 0) as minutes,
  case when i.rated_at between d.begins and d.ends
       then (extract(epoch from i.rated_at) * 1000)::float8 end as "ratedAtMs",
  coalesce(round(i.rating * 20), 0)::int4 as twentieths
from due d
join interactions i on i.user_id = d.user_id
join movies m using (movie_key)
left join lateral (
  select sum(last_minute - first_minute + 1)::int4 as minutes from watches
  where user_id = i.user_id and movie_key = i.movie_key
    and hour between date_bin('1 hour', i.first_watched_at, '2000-01-01T00:00:00Z') and d.ends
    and hour between $5::timestamptz and $6::timestamptz) w on i.first_watched_at is not null
where i.first_watched_at between d.begins and d.ends or i.rated_at between d.begins and d.ends`;

/** Which time after, and before, a first exposure is looked at. */
export interface OutcomeScope {
  readonly attributionSeconds: number;
  /** How far the clock that dates watching may be behind the one that dates exposures. */
  readonly toleranceMs: number;
}

/** Movies that users began or rated within the time from their first exposures on. */
export async function outcomesOfUsers(
  client: Queryable,
  users: readonly WindowStart[],
  { attributionSeconds, toleranceMs }: OutcomeScope,
): Promise<OutcomeRow[]> {
  if (users.length === 0) return [];
  const begins = users.map(({ firstExposedAt }) => firstExposedAt.getTime());
  const { rows } = await client.query<OutcomeRow>(OUTCOMES, [
    users.map(({ userId }) => userId),
    users.map(({ firstExposedAt }) => firstExposedAt),
    `${attributionSeconds} s`,
    `${toleranceMs} ms`,
    new Date(Math.min(...begins) - toleranceMs - HOUR_MS),
    new Date(Math.max(...begins) + attributionSeconds * 1_000),
  ]);
  return rows;
}

const HOUR_MS = 3_600_000;

/** How many movies each user began in [from, to); users without one are absent. */
export async function begunBetween(
  client: Queryable,
  userIds: readonly number[],
  from: Date,
  to: Date,
): Promise<ReadonlyMap<number, number>> {
  const { rows } = await client.query<{ userId: number; movies: number }>(
    `select user_id as "userId", count(*)::int4 as movies from interactions
     where user_id = any($1::int8[]) and first_watched_at >= $2 and first_watched_at < $3 group by user_id`,
    [userIds, from, to],
  );
  return new Map(rows.map(({ userId, movies }) => [userId, movies]));
}
