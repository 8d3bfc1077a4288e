import type { Queryable } from "../queryable.ts";
import type { MetadataState, Movie } from "./movie.ts";

/** Selects `Movie` from `movies as m`; the lists come as JSON, which the client parses natively. */
const SELECT_MOVIES = `
  select m.movie_key as "movieKey", m.movie_id as "movieId", m.title, m.original_title as "originalTitle", m.year,
    m.overview, m.language, m.runtime_minutes as "runtimeMinutes", m.release_date::text as "releaseDate", m.adult,
    m.tmdb_id as "tmdbId", m.imdb_id as "imdbId", m.wikipedia, m.poster_path as "posterPath",
    m.vote_average as "voteAverage", m.vote_count as "voteCount", m.popularity, m.source,
    m.metadata_state as "metadataState", m.updated_at as "updatedAt",
    coalesce((select json_agg(name order by position) from movie_genres join genres using (genre_key)
              where movie_key = m.movie_key), '[]') as genres,
    coalesce((select json_agg(json_build_object('name', name, 'role', role) order by role, position)
              from movie_people join people using (person_key) where movie_key = m.movie_key), '[]') as people,
    coalesce((select json_agg(json_build_object('name', name, 'uses', uses) order by uses desc, name)
              from movie_tags join tags using (tag_key) where movie_key = m.movie_key), '[]') as tags
  from movies as m`;

/** Movies of the keys, in the order of keys; unknown keys are left out. */
export async function moviesByKeys(client: Queryable, keys: readonly number[]): Promise<Movie[]> {
  const { rows } = await client.query<Movie>(
    `${SELECT_MOVIES} where m.movie_key = any($1) order by m.movie_key`,
    [keys],
  );
  return rows;
}

/** The movie of the platform's id. */
export async function movieById(client: Queryable, movieId: string): Promise<Movie | undefined> {
  const { rows } = await client.query<Movie>(`${SELECT_MOVIES} where m.movie_id = $1`, [movieId]);
  return rows[0];
}

export interface MovieListing {
  /** Only movies in these states. Default: all. */
  readonly states?: readonly MetadataState[];
  /** Only movies whose key is greater. */
  readonly afterKey?: number;
  readonly batch: number;
}

/** All movies in batches, in the order of keys: by key, not by offset, so that each batch costs the same. */
export async function* listMovies(
  client: Queryable,
  { states, afterKey = 0, batch }: MovieListing,
): AsyncGenerator<Movie[]> {
  for (let last = afterKey; ;) {
    const { rows } = await client.query<Movie>(
      `${SELECT_MOVIES} where m.movie_key > $1 and ($2::text[] is null or m.metadata_state = any($2))
       order by m.movie_key limit $3`,
      [last, states ?? null, batch],
    );
    if (rows.length > 0) yield rows;
    if (rows.length < batch) return;
    last = rows.at(-1)?.movieKey ?? last;
  }
}

/** Letters and digits of any script; the index splits titles in the same places. */
const WORDS = /[\p{L}\p{N}]+/gu;

/**
 * Movies whose title holds every word of the text, the last one as a beginning. First the title that is the text
 * itself, then those that begin with it, then by votes, then by id.
 */
export async function searchMovies(
  client: Queryable,
  text: string,
  limit: number,
): Promise<Movie[]> {
  const words = text.toLowerCase().match(WORDS) ?? [];
  if (words.length === 0) return [];
  const { rows } = await client.query<Movie>(
    `${SELECT_MOVIES}
     where to_tsvector('simple', coalesce(m.title, '')) @@ to_tsquery('simple', $1)
     order by lower(m.title) = $2 desc, starts_with(lower(m.title), $2) desc,
              m.vote_count desc nulls last, m.movie_id collate "C"
     limit $3`,
    [`${words.join(" & ")}:*`, text.trim().toLowerCase(), limit],
  );
  return rows;
}
