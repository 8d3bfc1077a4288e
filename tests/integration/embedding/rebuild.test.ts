import { type EmbedderPool, openEmbedderPool } from "@canarec/inference/embedding/embedder-pool";
import { indexMovies } from "@canarec/inference/embedding/index-movies";
import { locateModel, modelSource } from "@canarec/inference/embedding/model-folder";
import { type MovieVectors, openMovieVectors } from "@canarec/inference/embedding/movie-vectors";
import { embedCatalog } from "@canarec/vectordb-scripts/embedding/embed-catalog";
import { rebuildCollection } from "@canarec/vectordb-scripts/embedding/rebuild-collection";
import { buildNeighbours } from "@canarec/vectordb-scripts/neighbours/build-neighbours";
import { verifyCatalog } from "@canarec/vectordb-scripts/verification/verify-catalog";
import { ChromaClient } from "chromadb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type CatalogueFixture,
  insertMovies,
  openCatalogue,
  realMovies,
} from "./catalogue-fixture.ts";

const MOVIES = 60;

let embedder: EmbedderPool;
let catalogue: CatalogueFixture;
let vectors: MovieVectors;

beforeAll(async () => {
  const model = await locateModel(modelSource(undefined, "unused"));
  embedder = await openEmbedderPool({ model, workers: 2 });
  catalogue = await openCatalogue(realMovies(MOVIES));
  await embedCatalog({ ...catalogue, embedder });
  await buildNeighbours({ ...catalogue, recallSample: 0 });
  vectors = await openMovieVectors(catalogue);
});
afterAll(async () => {
  await catalogue[Symbol.asyncDispose]();
  await embedder[Symbol.asyncDispose]();
});

const verify = () => verifyCatalog({ ...catalogue, embedder, mend: false, sample: Infinity });

const CLEAN = {
  ...{ missing: 0, stale: 0, orphaned: 0, unrecorded: 0, misrecorded: 0, damaged: 0 },
  outdatedLists: 0,
};

function client(): ChromaClient {
  const { hostname, port } = new URL(catalogue.chromaUrl);
  return new ChromaClient({ host: hostname, port: Number(port), ssl: false });
}

/** Collections whose name begins like the fixture's. */
async function collections(): Promise<string[]> {
  const all = await client().listCollections({ limit: 1_000 });
  return all.map(({ name }) => name).filter((name) => name.startsWith(catalogue.collection));
}

describe("rebuildCollection", () => {
  it("makes the vectors anew of Postgres alone, and leaves lists as they are", async () => {
    await client().deleteCollection({ name: catalogue.collection });
    expect((await verify()).found.missing).toBe(MOVIES);
    const report = await rebuildCollection({ ...catalogue, embedder });
    expect(report).toMatchObject({ movies: MOVIES, embedded: MOVIES, lists: 0 });
    expect(report.check).toMatchObject({ vectors: MOVIES, orphaned: 0, damaged: [] });
    expect((await verify()).found).toEqual(CLEAN);
    expect(await collections()).toEqual([catalogue.collection]);
    const { rows } = await catalogue.database.pool.query<{ name: string }>(
      "select distinct collection as name from movie_embeddings",
    );
    expect(rows).toEqual([{ name: catalogue.collection }]);
  });

  it("is not seen by whoever reads, and loses no movie that comes meanwhile", async () => {
    const [query] = [...(await vectors.vectors(await someIds())).values()];
    if (query === undefined) throw new Error("no vector to ask for");
    const read = new AbortController();
    const found: number[] = [];
    const reader = (async () => {
      while (!read.signal.aborted) found.push((await vectors.nearest([query], 5))[0]?.length ?? 0);
    })();
    let came: Promise<unknown> | undefined;
    const report = await rebuildCollection({
      ...{ ...catalogue, embedder },
      onProgress: () => {
        came ??= movieComes();
      },
    });
    await came;
    read.abort();
    await reader;
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found)).toEqual(new Set([5]));
    expect(report.movies).toBe(MOVIES + 1);
    expect((await verify()).found).toEqual(CLEAN);
  });

  it("goes on where it was stopped", async () => {
    const stop = new AbortController();
    const stopped = rebuildCollection({
      ...{ ...catalogue, embedder, signal: stop.signal },
      onProgress: () => stop.abort(new Error("stopped")),
    });
    await expect(stopped).rejects.toThrow("stopped");
    expect((await verify()).found).toEqual(CLEAN);
    const report = await rebuildCollection({ ...catalogue, embedder });
    expect(report).toMatchObject({ movies: MOVIES + 1, embedded: 0 });
    expect((await verify()).found).toEqual(CLEAN);
    expect(await collections()).toEqual([catalogue.collection]);
  });
});

async function someIds(): Promise<string[]> {
  const { rows } = await catalogue.database.pool.query<{ id: string }>(
    "select movie_id as id from movies order by movie_key limit 1",
  );
  return rows.map(({ id }) => id);
}

/** As a replica embeds one: into the collection that is served. */
async function movieComes(): Promise<void> {
  await insertMovies(catalogue.database, [{ movieId: "late", title: "Arrives Late" }]);
  const { rows } = await catalogue.database.pool.query<{ key: number }>(
    "select movie_key as key from movies where movie_id = 'late'",
  );
  const { embeddings, lists } = catalogue;
  await indexMovies(
    { embedder, vectors, embeddings, lists },
    rows.map(({ key }) => key),
  );
}
