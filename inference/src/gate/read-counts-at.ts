import type { Database } from "@canarec/db-utils/database";
import { PROBE_USER_ID } from "@canarec/db-utils/users/probe-user";
import type { CountRow } from "../serving/movie-counts.ts";

/** Half-lives after which a viewer counts less than a thousandth. */
const HALF_LIVES = 10;

const HOUR_MS = 3_600_000;

/**
 * Counts of all movies as a replica would have had them at a time: of what had begun, or was rated, until
 * then. Viewers decay by the hour, as they do there.
 */
export async function readCountsAt(
  { pool }: Pick<Database, "pool">,
  at: Date,
  halfLifeHours: number,
): Promise<CountRow[]> {
  const oldest = new Date(at.getTime() - HALF_LIVES * halfLifeHours * HOUR_MS);
  const { rows } = await pool.query<CountRow>(
    `select m.movie_key as "movieKey", coalesce(c.watchers, 0)::float8 as watchers,
       coalesce(c.rating_count, 0)::float8 as "ratingCount", coalesce(c.rating_sum, 0)::float8 as "ratingSum",
       coalesce(c.viewers, 0)::float8 as viewers
     from movies m left join (
       select movie_key,
         count(*) filter (where first_watched_at <= $1) as watchers,
         count(*) filter (where rated_at <= $1) as rating_count,
         sum(round(rating * 20)) filter (where rated_at <= $1) as rating_sum,
         sum(power(0.5::float8,
             greatest(0, extract(epoch from $1 - date_trunc('hour', began, 'UTC')))::float8 / 3600 / $3::float8))
           filter (where began <= $1 and began > $2) as viewers
       from (select *, coalesce(first_watched_at, rated_at) as began from interactions
             where user_id <> ${PROBE_USER_ID}) as i
       group by movie_key) as c using (movie_key)
     order by m.movie_key`,
    [at, oldest, halfLifeHours],
  );
  return rows;
}
