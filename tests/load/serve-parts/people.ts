import type { Database } from "@canarec/db-utils/database";
import { COLLECTION } from "@canarec/inference/embedding/movie-vectors";

/** Movies that each user has watched. */
export const WATCHED = 100;

/**
 * A catalogue with full neighbour lists, and users with 100 watched movies each, written in bulk.
 * Foreign keys are not checked meanwhile: they hold by construction.
 *
 * Movie keys and user ids are 1 … n.
 */
export async function insertPeople(
  { pool }: Database,
  { movies, users }: { readonly movies: number; readonly users: number },
): Promise<void> {
  const client = await pool.connect();
  const run = (text: string, values: unknown[]) =>
    client.query({ text, values, query_timeout: 600_000 } as { text: string });
  try {
    await client.query("set session_replication_role = replica");
    await client.query("set statement_timeout = 0");
    await run(MOVIES, [movies]);
    await run(EMBEDDINGS, [movies, COLLECTION]);
    await run(NEIGHBOURS, [movies, COLLECTION]);
    await run(STATISTICS, [movies, users]);
    await run("insert into users (user_id) select generate_series(1, $1::int)", [users]);
    await run(INTERACTIONS, [movies, users, WATCHED]);
    // Otherwise the measurements would share the machine with the clean-up after the bulk load.
    await run("vacuum (analyze, freeze)", []);
    await run("checkpoint", []);
  } finally {
    client.release(true);
  }
}

const MOVIES = `
  insert into movies (movie_id, title, year, runtime_minutes, source, metadata_state, updated_at)
  select 'movie+number+' || g || '+' || (1950 + g % 75), 'Movie Number ' || g, 1950 + g % 75,
    80 + g % 60, 'demo', 'known', now() - interval '1 day'
  from generate_series(1, $1::int) g`;

const EMBEDDINGS = `
  insert into movie_embeddings (collection, movie_key, text_hash, embedded_at)
  select $2, g, 'made', now() from generate_series(1, $1::int) g`;

/** Spread over the catalogue, as the nearest movies of a real one are spread over its keys. */
const NEIGHBOURS = `
  insert into movie_neighbours (collection, movie_key, updated_at, neighbours, similarities)
  select $2, g, now() + interval '1 s',
    array(select (1 + (g::bigint * 7919 + k::bigint * k * 31 + k) % $1)::int from generate_series(1, 100) k),
    array(select (0.8 - 0.004 * k)::real from generate_series(1, 100) k)
  from generate_series(1, $1::int) g`;

const STATISTICS = `
  insert into movie_statistics (movie_key, watchers, rating_count, rating_sum, rating_square_sum)
  select g, 1 + $2::int / g, 10, 100 + g % 100, 2000 from generate_series(1, $1::int) g`;

const INTERACTIONS = `
  insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at,
    rating, rating_raw, rated_at)
  select u, 1 + ((u::bigint * 104729 + k * 263) % $1)::int, 40 + (u + k) % 60,
    now() - k * interval '1 day', now() - k * interval '23 hours',
    case when k % 10 = 0 then 0.8 end, case when k % 10 = 0 then 4 end,
    case when k % 10 = 0 then now() - k * interval '23 hours' end
  from generate_series(1, $2::int) u, generate_series(1, $3::int) k
  on conflict do nothing`;
