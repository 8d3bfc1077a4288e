import type { Database } from "../database.ts";

/** A movie with what its text is made of, and which text the vector store holds of it. */
export interface MovieToEmbed {
  readonly movieKey: number;
  readonly movieId: string;
  readonly title: string | null;
  readonly year: number | null;
  readonly overview: string | null;
  /** By position, as the two below. */
  readonly genres: readonly string[];
  readonly directors: readonly string[];
  readonly cast: readonly string[];
  /** Null: no vector is known to be in the collection. */
  readonly storedHash: string | null;
}

/** A movie at the time of its last change. An import gives many movies the same time, hence the key. */
export interface ChangeCursor {
  /** As text with all digits of the database, or any ISO 8601 time to begin with. */
  readonly updatedAt: string;
  /** 0 to begin with. */
  readonly movieKey: number;
}

export interface EmbeddedText {
  readonly movieKey: number;
  readonly textHash: string;
}

/** Which vectors a collection is known to hold: the table `movie_embeddings`, for one collection. */
export interface EmbeddingRepository {
  readonly collection: string;
  /** Movies by key, at most `limit`, keys above `afterKey`. */
  page(afterKey: number, limit: number): Promise<MovieToEmbed[]>;
  /** The movies of these keys that exist, by key. */
  byKeys(movieKeys: readonly number[]): Promise<MovieToEmbed[]>;
  /** Keys of movies of which something is known and no vector is stored, ascending. */
  missing(limit: number): Promise<number[]>;
  /** Movies with a vector whose row was written after `cursor`, the longest ago first; the last is the next cursor. */
  changedSince(cursor: ChangeCursor, limit: number): Promise<ChangeCursor[]>;
  /** Every movie that has a vector, as [key, external id]. */
  embedded(): Promise<[number, string][]>;
  /** Record that the collection holds these vectors now, by the database's clock. */
  record(texts: readonly EmbeddedText[]): Promise<void>;
  /** Record that the collection does not hold these vectors. */
  forget(movieKeys: readonly number[]): Promise<void>;
}

const SELECT_MOVIE = `
  select m.movie_key as "movieKey", m.movie_id as "movieId", m.title, m.year, m.overview,
    array(select g.name from movie_genres mg join genres g using (genre_key)
      where mg.movie_key = m.movie_key order by mg.position, g.name) as genres,
    array(select p.name from movie_people mp join people p using (person_key)
      where mp.movie_key = m.movie_key and mp.role = 'director' order by mp.position, p.name) as directors,
    array(select p.name from movie_people mp join people p using (person_key)
      where mp.movie_key = m.movie_key and mp.role = 'cast' order by mp.position, p.name) as "cast",
    e.text_hash as "storedHash"
  from movies m
  left join movie_embeddings e on e.movie_key = m.movie_key and e.collection = $1`;

const MISSING = `
  select movie_key from movies m
  where not exists (select from movie_embeddings e
      where e.movie_key = m.movie_key and e.collection = $1)
    and (m.title is not null or m.overview is not null
      or exists (select from movie_genres g where g.movie_key = m.movie_key)
      or exists (select from movie_people p where p.movie_key = m.movie_key))
  order by movie_key limit $2`;

const CHANGED_SINCE = `
  select m.movie_key as "movieKey", m.updated_at::text as "updatedAt"
  from movies m join movie_embeddings e on e.movie_key = m.movie_key and e.collection = $1
  where (m.updated_at, m.movie_key) > ($2::timestamptz, $3::int)
  order by m.updated_at, m.movie_key limit $4`;

const EMBEDDED = `
  select movie_key, movie_id from movie_embeddings join movies using (movie_key)
  where collection = $1 order by movie_key`;

const RECORD = `
  insert into movie_embeddings (collection, movie_key, text_hash, embedded_at)
  select $1, t.movie_key, t.text_hash, clock_timestamp()
  from unnest($2::int[], $3::text[]) as t (movie_key, text_hash)
  where exists (select from movies m where m.movie_key = t.movie_key)
  order by t.movie_key
  on conflict (collection, movie_key) do update set
    text_hash = excluded.text_hash, embedded_at = excluded.embedded_at`;

export function createEmbeddingRepository(
  database: Pick<Database, "pool">,
  collection: string,
): EmbeddingRepository {
  const { pool } = database;
  return {
    collection,
    async page(afterKey, limit) {
      const sql = `${SELECT_MOVIE} where m.movie_key > $2 order by m.movie_key limit $3`;
      return (await pool.query<MovieToEmbed>(sql, [collection, afterKey, limit])).rows;
    },
    async byKeys(movieKeys) {
      const sql = `${SELECT_MOVIE} where m.movie_key = any($2::int[]) order by m.movie_key`;
      return (await pool.query<MovieToEmbed>(sql, [collection, movieKeys])).rows;
    },
    async missing(limit) {
      const { rows } = await pool.query<{ movie_key: number }>(MISSING, [collection, limit]);
      return rows.map((row) => row.movie_key);
    },
    async changedSince({ updatedAt, movieKey }, limit) {
      const parameters = [collection, updatedAt, movieKey, limit];
      return (await pool.query<ChangeCursor>(CHANGED_SINCE, parameters)).rows;
    },
    async embedded() {
      const { rows } = await pool.query<{ movie_key: number; movie_id: string }>(EMBEDDED, [
        collection,
      ]);
      return rows.map((row) => [row.movie_key, row.movie_id]);
    },
    async record(texts) {
      await pool.query(RECORD, [
        collection,
        texts.map((text) => text.movieKey),
        texts.map((text) => text.textHash),
      ]);
    },
    async forget(movieKeys) {
      await pool.query(
        "delete from movie_embeddings where collection = $1 and movie_key = any($2::int[])",
        [collection, movieKeys],
      );
    },
  };
}
