import type { Queryable } from "../queryable.ts";

/** What a transaction adds to a movie's counts. `watchers` and `ratingCount` are not negative. */
export interface StatisticsDelta {
  readonly movieKey: number;
  readonly watchers: number;
  readonly ratingCount: number;
  /** In units of 1/20 of the scale; negative when a rating is lowered. */
  readonly ratingSum: number;
  /** In units of 1/400. */
  readonly ratingSquareSum: number;
}

/** What a transaction adds to the viewers of a movie in an hour; negative when a first time moves to another hour. */
export interface HourDelta {
  readonly movieKey: number;
  /** The beginning of the hour, in milliseconds since 1970. */
  readonly hourMs: number;
  readonly viewers: number;
}

/**
 * Add deltas to `movie_statistics` and `movie_hours`, in the transaction that changes `interactions`. At most one delta
 * a key. Rows are locked in the order of their keys, so that two writers wait for one another instead of dead-locking.
 */
export async function applyStatisticsDeltas(
  client: Queryable,
  statistics: readonly StatisticsDelta[],
  hours: readonly HourDelta[],
): Promise<void> {
  if (statistics.length > 0) await addStatistics(client, statistics);
  const gains = hours.filter(({ viewers }) => viewers > 0);
  const losses = hours.filter(({ viewers }) => viewers < 0);
  if (gains.length > 0) await addViewers(client, gains);
  if (losses.length > 0) await removeViewers(client, losses);
}

async function addStatistics(client: Queryable, deltas: readonly StatisticsDelta[]): Promise<void> {
  await client.query(
    `insert into movie_statistics as s (movie_key, watchers, rating_count, rating_sum, rating_square_sum)
     select * from unnest($1::int[], $2::int[], $3::int[], $4::bigint[], $5::bigint[]) as d (movie_key)
     order by movie_key
     on conflict (movie_key) do update set
       watchers = s.watchers + excluded.watchers,
       rating_count = s.rating_count + excluded.rating_count,
       rating_sum = s.rating_sum + excluded.rating_sum,
       rating_square_sum = s.rating_square_sum + excluded.rating_square_sum,
       updated_at = now()`,
    [
      deltas.map((delta) => delta.movieKey),
      deltas.map((delta) => delta.watchers),
      deltas.map((delta) => delta.ratingCount),
      deltas.map((delta) => delta.ratingSum),
      deltas.map((delta) => delta.ratingSquareSum),
    ],
  );
}

async function addViewers(client: Queryable, gains: readonly HourDelta[]): Promise<void> {
  await client.query(
    `insert into movie_hours as h (movie_key, hour, viewers)
     select movie_key, to_timestamp(hour_ms / 1000), viewers
     from unnest($1::int[], $2::bigint[], $3::int[]) as d (movie_key, hour_ms, viewers)
     order by movie_key, hour_ms
     on conflict (movie_key, hour) do update set viewers = h.viewers + excluded.viewers`,
    hourColumns(gains),
  );
}

/** By UPDATE: the row is there, because whoever leaves the hour was counted in it. */
async function removeViewers(client: Queryable, losses: readonly HourDelta[]): Promise<void> {
  await client.query(
    `update movie_hours as h set viewers = h.viewers + d.viewers
     from unnest($1::int[], $2::bigint[], $3::int[]) as d (movie_key, hour_ms, viewers)
     where h.movie_key = d.movie_key and h.hour = to_timestamp(d.hour_ms / 1000)`,
    hourColumns(losses),
  );
}

function hourColumns(deltas: readonly HourDelta[]): [number[], number[], number[]] {
  return [
    deltas.map((delta) => delta.movieKey),
    deltas.map((delta) => delta.hourMs),
    deltas.map((delta) => delta.viewers),
  ];
}
