import { readFileSync } from "node:fs";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { createEmbeddingRepository } from "@canarec/db-utils/embeddings/embedding-repository";
import { createNeighbourRepository } from "@canarec/db-utils/embeddings/neighbour-repository";
import { Resources } from "@canarec/service-kit/lifecycle";
import { demoCatalogPath } from "@canarec/vectordb-scripts/catalog/demo-catalog";
import { freshCollection, freshDatabase } from "../../servers.ts";

export interface FixtureMovie {
  readonly movieId: string;
  readonly title: string | null;
  readonly year?: number | null;
  readonly overview?: string | null;
}

/** A migrated database with a few movies, and the name of a collection of its own. */
export interface CatalogueFixture extends AsyncDisposable {
  readonly database: Database;
  readonly databaseUrl: string;
  readonly chromaUrl: string;
  readonly collection: string;
  readonly embeddings: ReturnType<typeof createEmbeddingRepository>;
  readonly lists: ReturnType<typeof createNeighbourRepository>;
}

export async function openCatalogue(movies: readonly FixtureMovie[]): Promise<CatalogueFixture> {
  await using opened = new Resources();
  const { url: databaseUrl } = opened.use(await freshDatabase());
  const { name: collection, url: chromaUrl } = opened.use(freshCollection());
  const database = opened.use(await openDatabase(databaseUrl));
  await insertMovies(database, movies);
  const owned = opened.move();
  return {
    database,
    databaseUrl,
    chromaUrl,
    collection,
    embeddings: createEmbeddingRepository(database, collection),
    lists: createNeighbourRepository(database, collection),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

export async function insertMovies(
  database: Database,
  movies: readonly FixtureMovie[],
): Promise<void> {
  await database.pool.query(
    `insert into movies (movie_id, title, year, overview, source)
     select "movieId", title, year, overview, 'demo'
     from jsonb_to_recordset($1::jsonb) as m ("movieId" text, title text, year int, overview text)`,
    [JSON.stringify(movies)],
  );
}

/** Real titles with what the demo catalogue says of them as an overview, in its order; every title differs. */
export function realMovies(most: number): FixtureMovie[] {
  const rows = JSON.parse(readFileSync(demoCatalogPath(), "utf8")) as Record<
    string,
    string | number | null
  >[];
  const titled = rows.filter((row) => typeof row["Title"] === "string");
  const byTitle = new Map(titled.map((row) => [row["Title"] as string, row]));
  return [...byTitle].slice(0, most).map(([title, row], i) => ({
    movieId: `movie-${i}`,
    title,
    overview: ["Major Genre", "Creative Type", "Source", "Director", "Distributor"]
      .map((column) => row[column])
      .filter((value) => typeof value === "string")
      .join(". "),
  }));
}
