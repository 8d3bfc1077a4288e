import type { Database } from "@canarec/db-utils/database";
import type { CountRow } from "../serving/movie-counts.ts";

/** Half-lives after which a viewer counts less than a thousandth: older hours are not read. */
const HALF_LIVES = 10;

type Pool = Pick<Database, "pool">;

/** The time of a topic's latest event written, in milliseconds since 1970; undefined before the first. */
export async function readHighEventAt({ pool }: Pool, topic: string): Promise<number | undefined> {
  const { rows } = await pool.query<{ high: Date | null }>(
    "select max(high_event_at) as high from stream_offsets where topic = $1",
    [topic],
  );
  return rows[0]?.high?.getTime();
}

/** To which time, and how fast, viewers decay. */
export interface Decay {
  readonly referenceMs: number;
  readonly halfLifeHours: number;
}

/**
 * Counts of the given movies. Both tables are read by the beginning of their primary keys, so the
 * cost is that of the movies asked for, however long the history is.
 */
export async function readCounts(
  { pool }: Pool,
  movieKeys: readonly number[],
  decay: Decay,
): Promise<CountRow[]> {
  const { rows } = await pool.query<[number, number, number, number, number]>({
    name: "movie_counts",
    rowMode: "array",
    text: `select movie_key, coalesce(s.watchers, 0), coalesce(s.rating_count, 0), coalesce(s.rating_sum, 0),
        coalesce((
          select sum(h.viewers * power(2::float8,
            least(0::float8, date_part('epoch', h.hour - to_timestamp($2::float8)) / 3600 / $3::float8)))
          from movie_hours h
          where h.movie_key = k.movie_key
            and h.hour > to_timestamp($2::float8) - make_interval(hours => $4)), 0)
      from unnest($1::int[]) as k (movie_key) left join movie_statistics s using (movie_key)`,
    values: [
      movieKeys,
      decay.referenceMs / 1_000,
      decay.halfLifeHours,
      Math.ceil(decay.halfLifeHours * HALF_LIVES),
    ],
  });
  return rows.map(([movieKey, watchers, ratingCount, ratingSum, viewers]) => ({
    movieKey,
    watchers,
    ratingCount,
    ratingSum,
    viewers,
  }));
}
