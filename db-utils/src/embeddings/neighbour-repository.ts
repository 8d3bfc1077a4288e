import type { Database } from "../database.ts";

/** Neighbours kept of a movie; the table's check says the same. */
export const MOST_NEIGHBOURS = 100;

export interface NeighbourList {
  readonly movieKey: number;
  /** Movie keys, best first, ties by the smaller key. */
  readonly neighbours: readonly number[];
  /** Cosine similarities of the same order, in [-1, 1]. */
  readonly similarities: readonly number[];
}

/** What another movie needs to enter a list. */
export interface Threshold {
  readonly movieKey: number;
  /** Similarity of the last neighbour; -Infinity while the list is not full. */
  readonly least: number;
}

/** The lists of the nearest movies: the table `movie_neighbours`, for one collection. */
export interface NeighbourRepository {
  /** The database's clock, as text so that no microsecond is lost. Taken before vectors are read. */
  now(): Promise<string>;
  /**
   * Movies with a vector that is newer than their list, or without a list: keys, ascending. Their vector may also have
   * changed the lists of others.
   */
  outdated(): Promise<number[]>;
  /** Lists that name a movie without a vector: keys, ascending. */
  namingMissing(): Promise<number[]>;
  /** Lists that name any of these movies: keys, ascending. */
  naming(movieKeys: readonly number[]): Promise<number[]>;
  /** Of every list, ascending by key. */
  thresholds(): Promise<Threshold[]>;
  /** Lists of these movies, ascending by key. */
  byKeys(movieKeys: readonly number[]): Promise<NeighbourList[]>;
  /** Write lists that are right as of a moment of `now`. Movies that are gone are left out. */
  write(lists: readonly NeighbourList[], asOf: string): Promise<void>;
  /** Delete the lists of movies without a vector; says how many. */
  prune(): Promise<number>;
}

export function createNeighbourRepository(
  database: Pick<Database, "pool">,
  collection: string,
): NeighbourRepository {
  const { pool } = database;
  const keys = async (sql: string, parameters: unknown[]): Promise<number[]> => {
    const { rows } = await pool.query<{ movie_key: number }>(sql, parameters);
    return rows.map((row) => row.movie_key);
  };
  return {
    async now() {
      const { rows } = await pool.query<{ now: string }>("select clock_timestamp()::text as now");
      return rows[0]?.now ?? "-infinity";
    },
    outdated: () => keys(OUTDATED, [collection]),
    namingMissing: () => keys(NAMING_MISSING, [collection]),
    naming: (movieKeys) =>
      keys(
        `select movie_key from movie_neighbours
         where collection = $1 and neighbours && $2::int[] order by movie_key`,
        [collection, movieKeys],
      ),
    async thresholds() {
      const { rows } = await pool.query<Threshold>(THRESHOLDS, [collection]);
      return rows;
    },
    async byKeys(movieKeys) {
      const { rows } = await pool.query<NeighbourList>(
        `select movie_key as "movieKey", neighbours, similarities from movie_neighbours
         where collection = $1 and movie_key = any($2::int[]) order by movie_key`,
        [collection, movieKeys],
      );
      return rows;
    },
    async write(lists, asOf) {
      await pool.query(WRITE, [collection, asOf, JSON.stringify(lists)]);
    },
    async prune() {
      const { rowCount } = await pool.query(
        `delete from movie_neighbours n where collection = $1 and not exists
           (select from movie_embeddings e where e.collection = $1 and e.movie_key = n.movie_key)`,
        [collection],
      );
      return rowCount ?? 0;
    },
  };
}

const OUTDATED = `
  select e.movie_key from movie_embeddings e
  left join movie_neighbours n on n.collection = e.collection and n.movie_key = e.movie_key
  where e.collection = $1 and (n.movie_key is null or n.updated_at < e.embedded_at)
  order by e.movie_key`;

const THRESHOLDS = `
  select movie_key as "movieKey", case when cardinality(similarities) < ${MOST_NEIGHBOURS}
  then '-Infinity'::real else similarities[${MOST_NEIGHBOURS}] end as least
  from movie_neighbours where collection = $1 order by movie_key`;

const NAMING_MISSING = `
  select distinct n.movie_key
  from movie_neighbours n cross join unnest(n.neighbours) as named (movie_key)
  left join movie_embeddings e on e.collection = $1 and e.movie_key = named.movie_key
  where n.collection = $1 and e.movie_key is null
  order by n.movie_key`;

const WRITE = `
  insert into movie_neighbours (collection, movie_key, updated_at, neighbours, similarities)
  select $1, l."movieKey", $2::timestamptz, l.neighbours, l.similarities
  from jsonb_to_recordset($3::jsonb) as l ("movieKey" int, neighbours int[], similarities real[])
  where exists (select from movies m where m.movie_key = l."movieKey")
  order by l."movieKey"
  on conflict (collection, movie_key) do update set
    updated_at = excluded.updated_at, neighbours = excluded.neighbours,
    similarities = excluded.similarities`;
