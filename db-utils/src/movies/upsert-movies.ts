import type { Queryable } from "../queryable.ts";
import { storableText } from "../storable-text.ts";
import type { MovieSource, MovieUpsert } from "./movie.ts";

/** Column, type in SQL, field: what a source may know of a movie beside its id. */
const DETAILS = [
  ["title", "text", "title"],
  ["original_title", "text", "originalTitle"],
  ["year", "smallint", "year"],
  ["overview", "text", "overview"],
  ["language", "text", "language"],
  ["runtime_minutes", "integer", "runtimeMinutes"],
  ["release_date", "date", "releaseDate"],
  ["adult", "boolean", "adult"],
  ["tmdb_id", "integer", "tmdbId"],
  ["imdb_id", "text", "imdbId"],
  ["wikipedia", "text", "wikipedia"],
  ["poster_path", "text", "posterPath"],
  ["vote_average", "real", "voteAverage"],
  ["vote_count", "integer", "voteCount"],
  ["popularity", "real", "popularity"],
] as const;

/** Longest name of a genre, person or tag that the tables take. */
const NAME_MAX_LENGTH = 256;

export interface UpsertResult {
  /** Keys of the movies that were new. */
  readonly inserted: readonly number[];
  /** Keys of the movies that were there and are different now. */
  readonly updated: readonly number[];
}

/**
 * Write known movies: new ones are inserted, of others the given values win. What is already so is not written again. Of
 * two rows with one id the last wins.
 *
 * @param client a transaction's, for the rows and their lists belong together.
 */
export async function upsertMovies(
  client: Queryable,
  movies: readonly MovieUpsert[],
  source: MovieSource,
): Promise<UpsertResult> {
  const unique = [...new Map(movies.map((movie) => [movie.movieId, movie])).values()];
  const rows = await upsertRows(client, unique, source);
  const keys = await keysOf(client, unique);
  const changed = new Set<number>();
  for (const list of LISTS) {
    for (const key of await replaceList(client, list, listRows(list, unique, keys))) {
      changed.add(key);
    }
  }
  const inserted = rows.filter((row) => row.isNew).map((row) => row.movieKey);
  const touched = new Set([...rows.map((row) => row.movieKey), ...changed]);
  for (const key of inserted) touched.delete(key);
  const updated = [...touched].sort((a, b) => a - b);
  // A list that changed changes the movie: whoever embeds it looks at this.
  await client.query("update movies set updated_at = now() where movie_key = any($1)", [updated]);
  return { inserted, updated };
}

async function upsertRows(
  client: Queryable,
  movies: readonly MovieUpsert[],
  source: MovieSource,
): Promise<readonly { readonly movieKey: number; readonly isNew: boolean }[]> {
  const columns = DETAILS.map(([column]) => column);
  const merged = columns.map((column) => `coalesce(excluded.${column}, m.${column})`);
  const { rows } = await client.query<{ movieKey: number; isNew: boolean }>(
    `insert into movies as m (movie_id, ${columns.join(", ")}, source, metadata_state, lookup_after)
     select movie_id, ${columns.join(", ")}, $2, 'known', null
     from jsonb_to_recordset($1::jsonb)
       as d (movie_id text, ${DETAILS.map(([column, type]) => `${column} ${type}`).join(", ")})
     order by movie_id
     on conflict (movie_id) do update set
       ${columns.map((column, index) => `${column} = ${merged[index] ?? ""}`).join(", ")},
       metadata_state = 'known', lookup_after = null, updated_at = now()
     where m.metadata_state <> 'known'
        or (${columns.map((column) => `m.${column}`).join(", ")}) is distinct from (${merged.join(", ")})
     returning new.movie_key as "movieKey", old.movie_key is null as "isNew"`,
    [JSON.stringify(movies.map(detailRow)), source],
  );
  return rows;
}

function detailRow(movie: MovieUpsert): Record<string, unknown> {
  const row: Record<string, unknown> = { movie_id: movie.movieId };
  for (const [column, , field] of DETAILS) {
    const value = movie[field];
    row[column] = typeof value === "string" ? storableText(value) : value;
  }
  return row;
}

async function keysOf(
  client: Queryable,
  movies: readonly MovieUpsert[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ id: string; key: number }>(
    "select movie_id as id, movie_key as key from movies where movie_id = any($1)",
    [movies.map((movie) => movie.movieId)],
  );
  return new Map(rows.map(({ id, key }) => [id, key]));
}

/** A table of names and the table that links them to movies. */
interface ListTables {
  readonly names: "genres" | "people" | "tags";
  readonly nameKey: string;
  readonly links: string;
  readonly value: "position" | "uses";
  readonly hasRole: boolean;
}

const LISTS: readonly ListTables[] = [
  {
    names: "genres",
    nameKey: "genre_key",
    links: "movie_genres",
    value: "position",
    hasRole: false,
  },
  {
    names: "people",
    nameKey: "person_key",
    links: "movie_people",
    value: "position",
    hasRole: true,
  },
  { names: "tags", nameKey: "tag_key", links: "movie_tags", value: "uses", hasRole: false },
];

interface ListRows {
  /** Movies whose list is replaced, be it by nothing. */
  readonly keys: readonly number[];
  readonly rows: readonly {
    readonly movie_key: number;
    readonly name: string;
    readonly role: string;
    readonly value: number;
  }[];
}

function listRows(
  list: ListTables,
  movies: readonly MovieUpsert[],
  keysById: ReadonlyMap<string, number>,
): ListRows {
  const keys: number[] = [];
  const rows = new Map<string, ListRows["rows"][number]>();
  for (const movie of movies) {
    const key = keysById.get(movie.movieId);
    if (key === undefined || movie[list.names] === undefined) continue;
    keys.push(key);
    for (const { name, role, value } of namesOf(movie, list.names)) {
      const kept = storableText(name).trim().slice(0, NAME_MAX_LENGTH);
      const identity = `${key}\0${kept}\0${role}`;
      // A name given twice keeps its first place.
      if (kept !== "" && !rows.has(identity)) {
        rows.set(identity, { movie_key: key, name: kept, role, value });
      }
    }
  }
  return { keys, rows: [...rows.values()] };
}

function namesOf(
  movie: MovieUpsert,
  names: ListTables["names"],
): readonly { readonly name: string; readonly role: string; readonly value: number }[] {
  switch (names) {
    case "genres":
      return (movie.genres ?? []).map((name, index) => ({ name, role: "", value: index }));
    case "people":
      return (movie.people ?? []).map((person, index) => ({ ...person, value: index }));
    case "tags":
      return (movie.tags ?? []).map(({ name, uses }) => ({ name, role: "", value: uses }));
  }
}

/** @returns keys of the movies whose list changed, with repetitions. */
async function replaceList(
  client: Queryable,
  { names, nameKey, links, value, hasRole }: ListTables,
  { keys, rows }: ListRows,
): Promise<readonly number[]> {
  if (keys.length === 0) return [];
  const json = JSON.stringify(rows);
  await client.query(
    `insert into ${names} (name)
     select distinct name from jsonb_to_recordset($1::jsonb) as d (name text)
     where not exists (select from ${names} as known where known.name = d.name)
     order by name on conflict do nothing`,
    [json],
  );
  const role = hasRole ? ", role" : "";
  const wanted = `select movie_key, ${nameKey}${role}, value
     from jsonb_to_recordset($1::jsonb) as d (movie_key int, name text, role text, value int)
     join ${names} using (name)`;
  const removed = await client.query<{ movie_key: number }>(
    `delete from ${links} where movie_key = any($2)
       and (movie_key, ${nameKey}${role}) not in (select movie_key, ${nameKey}${role} from (${wanted}) as w)
     returning movie_key`,
    [json, keys],
  );
  const written = await client.query<{ movie_key: number }>(
    `insert into ${links} as l (movie_key, ${nameKey}${role}, ${value}) ${wanted}
     on conflict (movie_key, ${nameKey}${role}) do update set ${value} = excluded.${value}
       where l.${value} is distinct from excluded.${value}
     returning movie_key`,
    [json],
  );
  return [...removed.rows, ...written.rows].map((row) => row.movie_key);
}
