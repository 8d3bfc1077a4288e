import type { Database } from "../database.ts";
import { notifyMovies } from "../change-feed/notify.ts";
import type { Queryable } from "../queryable.ts";
import { ensureMovies, findKeys } from "./ensure-movies.ts";
import type { MetadataState, Movie, MovieSource, MovieUpsert } from "./movie.ts";
import {
  type MovieListing,
  listMovies,
  movieById,
  moviesByKeys,
  searchMovies,
} from "./read-movies.ts";
import { type UpsertResult, upsertMovies } from "./upsert-movies.ts";

/** Rows written by one statement: large enough to be fast, small enough to be a modest parameter. */
const UPSERT_BATCH = 1_000;

export interface MovieLookup {
  readonly movieKey: number;
  readonly movieId: string;
  /** Failed look-ups so far. */
  readonly attempts: number;
}

export interface MovieRepository {
  /** Keys of the movies; unknown ones get a placeholder. Give a transaction's client to be part of it. */
  ensure(movieIds: readonly string[], client?: Queryable): Promise<Map<string, number>>;
  /** Keys of those of the movies that there are. */
  keys(movieIds: readonly string[]): Promise<Map<string, number>>;
  /** Write known movies, all or none, and tell the change feed of them. */
  upsert(movies: readonly MovieUpsert[], source: MovieSource): Promise<UpsertResult>;
  findById(movieId: string): Promise<Movie | undefined>;
  /** In the order of keys. */
  findByKeys(keys: readonly number[]): Promise<Movie[]>;
  /** By words of the title; see `searchMovies`. */
  search(text: string, limit: number): Promise<Movie[]>;
  /** All movies, in batches, in the order of keys. Give a transaction's client to read one snapshot. */
  list(listing: MovieListing, client?: Queryable): AsyncGenerator<Movie[]>;
  /** Keys of movies written since, in order. */
  changedSince(moment: Date): Promise<number[]>;
  countByState(): Promise<Record<MetadataState, number>>;
  /** Claim movies whose look-up is due, oldest first: nobody else gets them before `leaseMs` have passed. */
  claimLookups(now: Date, limit: number, leaseMs: number): Promise<MovieLookup[]>;
  /** The platform knows no such movies: count it and ask once more at `after`. */
  markUnknown(movieIds: readonly string[], after: Date): Promise<void>;
  /** A look-up failed: count it and try again at `after`. */
  postponeLookups(movieIds: readonly string[], after: Date): Promise<void>;
}

export function createMovieRepository(db: Pick<Database, "pool" | "transaction">): MovieRepository {
  const { pool } = db;
  return {
    ensure: (movieIds, client = pool) => ensureMovies(client, movieIds),
    keys: (movieIds) => findKeys(pool, movieIds),
    upsert: (movies, source) =>
      db.transaction(({ client }) => upsertInBatches(client, movies, source)),
    findById: (movieId) => movieById(pool, movieId),
    findByKeys: (keys) => moviesByKeys(pool, keys),
    search: (text, limit) => searchMovies(pool, text, limit),
    list: (listing, client = pool) => listMovies(client, listing),
    async changedSince(moment) {
      const { rows } = await pool.query<{ key: number }>(
        "select movie_key as key from movies where updated_at >= $1 order by movie_key",
        [moment],
      );
      return rows.map(({ key }) => key);
    },
    countByState: () => countByState(pool),
    claimLookups: (now, limit, leaseMs) =>
      claimLookups(pool, { now, limit, until: new Date(now.getTime() + leaseMs) }),
    async markUnknown(movieIds, after) {
      await pool.query(
        `update movies set metadata_state = 'unknown', lookup_attempts = lookup_attempts + 1, lookup_after = $2,
           updated_at = case metadata_state when 'unknown' then updated_at else now() end
         where movie_id = any($1) and metadata_state in ('placeholder', 'unknown')`,
        [movieIds, after],
      );
    },
    async postponeLookups(movieIds, after) {
      await pool.query(
        `update movies set lookup_attempts = lookup_attempts + 1, lookup_after = $2
         where movie_id = any($1) and metadata_state in ('placeholder', 'unknown')`,
        [movieIds, after],
      );
    },
  };
}

async function upsertInBatches(
  client: Queryable,
  movies: readonly MovieUpsert[],
  source: MovieSource,
): Promise<UpsertResult> {
  const inserted: number[] = [];
  const updated: number[] = [];
  for (let start = 0; start < movies.length; start += UPSERT_BATCH) {
    const batch = movies.slice(start, start + UPSERT_BATCH);
    const result = await upsertMovies(client, batch, source);
    inserted.push(...result.inserted);
    updated.push(...result.updated);
  }
  await notifyMovies(client, [...inserted, ...updated]);
  return { inserted, updated };
}

async function countByState(client: Queryable): Promise<Record<MetadataState, number>> {
  const counts = { placeholder: 0, known: 0, unknown: 0 };
  const { rows } = await client.query<{ state: MetadataState; count: number }>(
    "select metadata_state as state, count(*) from movies group by metadata_state",
  );
  for (const { state, count } of rows) counts[state] = count;
  return counts;
}

async function claimLookups(
  client: Queryable,
  { now, limit, until }: { now: Date; limit: number; until: Date },
): Promise<MovieLookup[]> {
  const { rows } = await client.query<MovieLookup>(
    `update movies set lookup_after = $3
     where movie_key in (
       select movie_key from movies where lookup_after <= $1
       order by lookup_after limit $2 for update skip locked)
     returning movie_key as "movieKey", movie_id as "movieId", lookup_attempts as attempts`,
    [now, limit, until],
  );
  return rows;
}
