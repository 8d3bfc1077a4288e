export interface HotQuery {
  readonly name: string;
  readonly setting?: string;
  readonly sql: string;
}

const KEPT_PLAN = "set local plan_cache_mode = force_generic_plan";

/** The statements that run many times a second, and those whose cost grows with the tables. */
export const HOT_QUERIES: readonly HotQuery[] = [
  {
    name: "A user's history, as the function reads it",
    setting: `${KEPT_PLAN}; prepare history (bigint) as select * from interactions where user_id = $1`,
    sql: "execute history (777)",
  },
  {
    name: "The same through the function",
    sql: "select interaction_history(777)",
  },
  {
    name: "Upsert of a batch of interactions, most of which are there",
    setting: `create temporary table batch on commit drop as
      (select user_id, movie_key from interactions where user_id % 1999 = 7 and movie_key > 40 limit 500)
      union (select user_id, (select max(movie_key) from movies) - (user_id % 900)::int
             from users where user_id % 1999 = 8 limit 500);
      analyze batch`,
    sql: `insert into interactions as i (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
      select user_id, movie_key, 90, now(), now() from batch
      on conflict (user_id, movie_key) do update set
        furthest_minute = greatest(i.furthest_minute, excluded.furthest_minute),
        first_watched_at = least(i.first_watched_at, excluded.first_watched_at),
        last_watched_at = greatest(i.last_watched_at, excluded.last_watched_at)`,
  },
  {
    name: "Look-ups that are due",
    sql: `select user_id from users where lookup_after <= now()
      order by lookup_after limit 200 for update skip locked`,
  },
  {
    name: "Title search",
    sql: `select movie_id from movies
      where to_tsvector('simple', coalesce(title, '')) @@ to_tsquery('simple', 'river & c4:*')
      order by vote_count desc nulls last limit 20`,
  },
  {
    name: "Counts of 1,000 movies with decayed popularity (each minute's refresh)",
    sql: `select movie_key, s.watchers, (
        select sum(viewers * power(0.5::float8, date_part('epoch', now() - hour) / 3600 / 168))
        from movie_hours h where h.movie_key = s.movie_key and hour > now() - interval '70 days')
      from movie_statistics s where movie_key = any(array(select generate_series(1, 27000, 27)))`,
  },
  {
    name: "What a user was shown in the last day",
    sql: "select * from exposures where user_id = 70000 and answered_at > now() - interval '1 day'",
  },
];
