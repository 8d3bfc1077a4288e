import type { Queryable } from "../queryable.ts";
import { PROBE_USER_ID } from "../users/probe-user.ts";

/** Users of the days before a moment, with what they watched of what they were shown. */
export interface PastUsersRow {
  /** Seconds between the first and the last exposure. */
  readonly seconds: number;
  /** Mean number of different users within each of the two spans of a day. */
  readonly usersFirst: number;
  readonly usersSecond: number;
  /** Of a sample of users and days: how many, and the sums S, K, S², K², SK of the metric. */
  readonly n: number;
  readonly s: number;
  readonly k: number;
  readonly ss: number;
  readonly kk: number;
  readonly sk: number;
}

/** Days looked back. */
const DAYS = 7;

/** User-days drawn for the variance; the mean of so many is right to a percent. */
const SAMPLE = 5_000;

/**
 * Each past day is taken as an evaluation that began at the same time of day: its users are those with an
 * exposure within the span, and each user's window is `attribution` long. S and K are of the metric:
 * S a user with a hit and K 1 for `watched_share`, hits and shown movies for `hit_rate`, minutes and 1 for
 * `minutes_watched`, ratings' twentieths and 20 a rating for `rating`.
 */
const TRAFFIC = `
with days as (
  select d, $1::timestamptz - (d + 1) * interval '1 day' as begins from generate_series(0, ${DAYS - 1}) as d),
bounds as (
  select coalesce(extract(epoch from max(answered_at) - min(answered_at)), 0)::float8 as seconds
  from exposures where answered_at >= $1::timestamptz - interval '${DAYS} days' and answered_at < $1),
entries as materialized (
  select d.d, e.user_id, min(e.answered_at) as first, d.begins from days d
  join exposures e on e.answered_at >= d.begins and e.answered_at < d.begins + $3::float8 * interval '1 s'
    and e.answered_at >= $1::timestamptz - interval '${DAYS} days' and e.answered_at < $1
    and e.user_id <> ${PROBE_USER_ID}
  group by d.d, e.user_id, d.begins),
spans as (
  select d, count(*) filter (where first < begins + $2::float8 * interval '1 s') as one, count(*) as two
  from entries group by d),
drawn as materialized (
  select * from entries where first + $4::float8 * interval '1 s' < $1
  order by hashint8extended(user_id, d) limit ${SAMPLE}),
figures as (
  select u.user_id, u.d, cardinality(l.shown) as shown, o.hits, o.minutes, o.ratings, o.twentieths
  from drawn u
  cross join lateral (
    select array_agg(distinct movie) as shown from exposures x, unnest(x.list) as movie
    where x.user_id = u.user_id and x.status = 200
      and x.answered_at between u.first and u.first + $4::float8 * interval '1 s') l
  cross join lateral (
    select count(*) filter (where i.first_watched_at between u.first and u.first + $4::float8 * interval '1 s') as hits,
           coalesce(sum(i.furthest_minute) filter (
             where i.first_watched_at between u.first and u.first + $4::float8 * interval '1 s'), 0) as minutes,
           count(*) filter (where i.rated_at between u.first and u.first + $4::float8 * interval '1 s') as ratings,
           coalesce(round(sum(i.rating * 20) filter (
             where i.rated_at between u.first and u.first + $4::float8 * interval '1 s')), 0) as twentieths
    from interactions i join movies m using (movie_key)
    where i.user_id = u.user_id and m.movie_id = any(l.shown)) o),
valued as (
  select (case $5 when 'watched_share' then least(hits, 1) when 'hit_rate' then hits
                  when 'minutes_watched' then minutes else twentieths end)::float8 as s,
         (case $5 when 'hit_rate' then coalesce(shown, 0) when 'rating' then ratings * 20 else 1 end)::float8 as k
  from figures)
select (select seconds from bounds) as seconds,
  (select coalesce(avg(one), 0)::float8 from spans) as "usersFirst",
  (select coalesce(avg(two), 0)::float8 from spans) as "usersSecond",
  count(*)::int4 as n, coalesce(sum(s), 0) as s, coalesce(sum(k), 0) as k,
  coalesce(sum(s * s), 0) as ss, coalesce(sum(k * k), 0) as kk, coalesce(sum(s * k), 0) as sk
from valued`;

export interface TrafficQuestion {
  readonly now: Date;
  /** Seconds of entry that the first look judges, and the last. */
  readonly entrySeconds: readonly [number, number];
  readonly attributionSeconds: number;
  readonly metric: string;
}

/** Reads up to a week of exposures: seconds to a minute at ten million a day. */
export async function pastTraffic(
  client: Queryable,
  { now, entrySeconds, attributionSeconds, metric }: TrafficQuestion,
): Promise<PastUsersRow> {
  const { rows } = await client.query<PastUsersRow>(TRAFFIC, [
    now,
    entrySeconds[0],
    Math.max(...entrySeconds),
    attributionSeconds,
    metric,
  ]);
  const [row] = rows;
  if (row === undefined) throw new Error("an aggregate returned no row");
  return row;
}
