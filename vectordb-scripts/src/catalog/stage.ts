import type { Queryable } from "@canarec/db-utils/queryable";
import type { CatalogueMovie, PersonRole } from "./catalogue-movie.ts";
import { LIST_COLUMNS, SCALAR_COLUMNS } from "./columns.ts";

const STAGED_COLUMNS = [
  "movie_id text",
  ...SCALAR_COLUMNS.map(({ column, type }) => `${column} ${type}`),
  ...LIST_COLUMNS.map((column) => `${column} text[]`),
  "tags jsonb",
];

/**
 * Make an empty staging table, which lives as long as the connection: what is read of a file goes there,
 * and reaches the catalogue only once the whole file has been read.
 */
export async function createStage(client: Queryable): Promise<void> {
  await client.query(
    `create temporary table catalog_stage
      (place integer generated always as identity, ${STAGED_COLUMNS.join(", ")})`,
  );
}

/** Append movies to the stage. Their ids must be distinct over all calls. */
export async function stageMovies(
  client: Queryable,
  movies: readonly CatalogueMovie[],
): Promise<void> {
  const names = STAGED_COLUMNS.map((column) => column.split(" ")[0]).join(", ");
  await client.query(
    `insert into catalog_stage (${names})
     select ${names}
     from rows from (jsonb_to_recordset($1) as (${STAGED_COLUMNS.join(", ")})) with ordinality
     order by ordinality`,
    [JSON.stringify(movies.map(stagedRow))],
  );
}

function stagedRow(movie: CatalogueMovie): Record<string, unknown> {
  const role = (wanted: PersonRole) =>
    movie.people.filter((person) => person.role === wanted).map(({ name }) => name);
  return {
    movie_id: movie.movieId,
    ...Object.fromEntries(SCALAR_COLUMNS.map(({ column, field }) => [column, movie[field]])),
    genres: movie.genres,
    actors: role("cast"),
    directors: role("director"),
    writers: role("writer"),
    tags: Object.fromEntries(movie.tags.map(({ name, uses }) => [name, uses])),
  };
}
