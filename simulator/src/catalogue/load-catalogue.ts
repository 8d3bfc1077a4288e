import type { Database } from "@canarec/db-utils/database";
import type { MovieFacts } from "../world/catalogue.ts";

/** A movie as the platform tells about it. Absent things are null. */
export interface PlatformMovie extends MovieFacts {
  readonly originalTitle: string | null;
  readonly overview: string | null;
  readonly language: string | null;
  readonly releaseDate: string | null;
  readonly adult: boolean | null;
  readonly tmdbId: number | null;
  readonly imdbId: string | null;
  readonly posterPath: string | null;
  readonly voteAverage: number | null;
  readonly voteCount: number | null;
  readonly popularity: number | null;
}

/** Placeholders are left out: they may stem from damaged lines. Ordered by id, for equal worlds. */
const KNOWN_MOVIES = `
  select m.movie_id as "movieId", m.title, m.original_title as "originalTitle", m.year, m.overview, m.language,
         m.runtime_minutes as "runtimeMinutes", m.release_date::text as "releaseDate", m.adult,
         m.tmdb_id as "tmdbId", m.imdb_id as "imdbId", m.poster_path as "posterPath",
         m.vote_average as "voteAverage", m.vote_count as "voteCount", m.popularity,
         coalesce(g.names, '{}') as genres
    from movies m
    left join lateral (
      select array_agg(genres.name order by movie_genres.position) as names
        from movie_genres join genres using (genre_key)
       where movie_genres.movie_key = m.movie_key
    ) g on true
   where m.metadata_state = 'known'
   order by m.movie_id collate "C"`;

/** The movies of the platform: those that the database knows more of than the id. */
export async function loadCatalogue(db: Database): Promise<PlatformMovie[]> {
  const { rows } = await db.pool.query<PlatformMovie>(KNOWN_MOVIES);
  return rows;
}

/** The highest user id in use up to a bound, so that new accounts get new numbers; 0 for none. */
export async function highestUserId(db: Database, bound: number): Promise<number> {
  const { rows } = await db.pool.query<{ highest: number | null }>(
    "select max(user_id) as highest from users where user_id <= $1",
    [bound],
  );
  return rows[0]?.highest ?? 0;
}
