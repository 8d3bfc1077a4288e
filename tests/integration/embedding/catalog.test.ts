import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type EmbedderPool, openEmbedderPool } from "@canarec/inference/embedding/embedder-pool";
import { indexMovies } from "@canarec/inference/embedding/index-movies";
import { locateModel, modelSource } from "@canarec/inference/embedding/model-folder";
import { openMovieVectors } from "@canarec/inference/embedding/movie-vectors";
import { embedCatalog } from "@canarec/vectordb-scripts/embedding/embed-catalog";
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

let embedder: EmbedderPool;

beforeAll(async () => {
  const model = await locateModel(modelSource(undefined, "unused"));
  embedder = await openEmbedderPool({ model, workers: 2 });
});
afterAll(() => embedder[Symbol.asyncDispose]());

const CLEAN = {
  missing: 0,
  stale: 0,
  orphaned: 0,
  unrecorded: 0,
  misrecorded: 0,
  damaged: 0,
  outdatedLists: 0,
};

const embed = (catalogue: CatalogueFixture) => embedCatalog({ ...catalogue, embedder });
const verify = (catalogue: CatalogueFixture, mend = false) =>
  verifyCatalog({ ...catalogue, embedder, mend, sample: Infinity });
const openVectors = ({ chromaUrl, collection }: CatalogueFixture) =>
  openMovieVectors({ chromaUrl, collection });

/** All lists, by key. */
async function allLists({ database, lists }: CatalogueFixture) {
  const { rows } = await database.pool.query<{ movie_key: number }>("select movie_key from movies");
  return lists.byKeys(rows.map((row) => row.movie_key));
}

/** The same lists as a run from nothing would write. */
async function expectListsAsFromNothing(catalogue: CatalogueFixture): Promise<void> {
  const kept = await allLists(catalogue);
  await catalogue.database.pool.query("delete from movie_neighbours");
  await buildNeighbours({ ...catalogue, recallSample: 0 });
  const fresh = await allLists(catalogue);
  expect(kept.map(({ movieKey }) => movieKey)).toEqual(fresh.map(({ movieKey }) => movieKey));
  for (const [i, list] of kept.entries()) {
    expect(new Set(list.neighbours), `list of ${list.movieKey}`).toEqual(
      new Set(fresh[i]?.neighbours),
    );
  }
}

describe("embedCatalog and buildNeighbours", () => {
  let catalogue: CatalogueFixture;

  beforeAll(async () => {
    catalogue = await openCatalogue([
      ...realMovies(300),
      { movieId: "number", title: "1984" },
      { movieId: "only-overview", title: null, overview: "A lighthouse keeper loses his cat." },
      { movieId: "placeholder", title: null },
      { movieId: "only-a-year", title: null, year: 1999 },
    ]);
  });
  afterAll(() => catalogue[Symbol.asyncDispose]());

  it("embed every movie with a text, and say which have none", async () => {
    const report = await embed(catalogue);
    expect(report).toMatchObject({ movies: 302, embedded: 302, unchanged: 0, resumed: 0 });
    expect(report.skipped.map(({ movieId, reason }) => [movieId, reason])).toEqual([
      ["placeholder", "nothing known of it"],
      ["only-a-year", "nothing known of it"],
    ]);
    expect(report.check).toMatchObject({ vectors: 302, orphaned: 0, sampled: 64, damaged: [] });
  });

  it("write lists of the 100 nearest that exact search confirms", async () => {
    const report = await buildNeighbours(catalogue);
    expect(report).toMatchObject({ movies: 302, changed: 302, written: 302 });
    expect(report.recall?.sampled).toBe(200);
    expect(report.recall?.mean).toBeGreaterThan(0.99);
    for (const { movieKey, neighbours, similarities } of await allLists(catalogue)) {
      expect(neighbours).toHaveLength(100);
      expect(neighbours).not.toContain(movieKey);
      expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
    }
  });

  it("do nothing when nothing has changed", async () => {
    expect(await embed(catalogue)).toMatchObject({ embedded: 0, unchanged: 302 });
    expect(await buildNeighbours(catalogue)).toMatchObject({ changed: 0, written: 0 });
  });

  it("embed one movie when one has changed, and write only the lists it concerns", async () => {
    await catalogue.database.pool.query(
      "update movies set overview = 'Two submarines meet under the ice.' where movie_id = 'movie-7'",
    );
    expect(await embed(catalogue)).toMatchObject({ embedded: 1, unchanged: 301 });
    const report = await buildNeighbours(catalogue);
    expect(report.changed).toBe(1);
    expect(report.written).toBeGreaterThan(0);
    expect(report.written).toBeLessThan(302);
    await expectListsAsFromNothing(catalogue);
  });

  it("embed a movie once something is known of it", async () => {
    await catalogue.database.pool.query(
      "update movies set title = 'The Third Man', year = 1949 where movie_id = 'placeholder'",
    );
    expect(await embed(catalogue)).toMatchObject({ embedded: 1, unchanged: 302 });
  });

  it("rebuild everything when Chroma has lost its data", async () => {
    const { hostname, port } = new URL(catalogue.chromaUrl);
    const chroma = new ChromaClient({ host: hostname, port: Number(port), ssl: false });
    await chroma.deleteCollection({ name: catalogue.collection });
    expect(await embed(catalogue)).toMatchObject({ embedded: 303, unchanged: 0 });
    expect(await buildNeighbours(catalogue)).toMatchObject({ changed: 303, written: 303 });
    expect(await verify(catalogue)).toMatchObject({ found: CLEAN });
  });

  it("stop when told to", async () => {
    await insertMovies(catalogue.database, [{ movieId: "late", title: "Late" }]);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(embedCatalog({ ...catalogue, embedder, signal })).rejects.toThrow("enough");
  });

  it("say that Chroma is away", async () => {
    const chromaUrl = "http://127.0.0.1:9";
    const embedding = embedCatalog({ ...catalogue, embedder, chromaUrl });
    await expect(embedding).rejects.toMatchObject({ code: "unavailable" });
    await expect(embedding).rejects.toThrow("Chroma at http://127.0.0.1:9 does not answer");
  });
});

describe("embedCatalog after a kill -9", () => {
  it("goes on where the killed run was, and leaves no process behind", async () => {
    await using catalogue = await openCatalogue(realMovies(900));
    const { databaseUrl, chromaUrl, collection } = catalogue;
    const child = fork(
      fileURLToPath(new URL("./embed-in-child.ts", import.meta.url)),
      [databaseUrl, chromaUrl, collection],
      { execArgv: ["--import", "tsx"] },
    );
    const exited = new Promise((resolve) => child.once("exit", resolve));
    let workers: number[] = [];
    let finished = false;
    await new Promise<void>((resolve, reject) => {
      child.on("message", (message: { workers?: number[]; done?: number; finished?: true }) => {
        workers = message.workers ?? workers;
        finished ||= message.finished ?? false;
        if ((message.done ?? 0) > 0) resolve();
      });
      child.once("exit", () => reject(new Error("the run ended before it could be killed")));
    });
    child.kill("SIGKILL");
    await exited;
    expect(finished).toBe(false);

    const report = await embed(catalogue);
    expect(report.embedded).toBeGreaterThan(0);
    expect(report.embedded).toBeLessThan(900);
    expect(report.embedded + report.resumed + report.unchanged).toBe(900);
    await buildNeighbours(catalogue);
    expect(await verify(catalogue)).toMatchObject({ movies: 900, found: CLEAN });
    expect(workers).toHaveLength(2);
    await expect.poll(() => workers.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("verifyCatalog", () => {
  let catalogue: CatalogueFixture;

  beforeAll(async () => {
    catalogue = await openCatalogue(realMovies(150));
    await embed(catalogue);
    await buildNeighbours({ ...catalogue, recallSample: 0 });
  });
  afterAll(() => catalogue[Symbol.asyncDispose]());

  it("finds nothing in a catalogue that is in order", async () => {
    expect(await verify(catalogue)).toMatchObject({ movies: 150, sampled: 150, found: CLEAN });
  });

  const query = (sql: string) => catalogue.database.pool.query(sql);
  const stray = () => ({
    movieId: "stray",
    movieKey: 1,
    title: "Stray",
    year: null,
    textHash: "0",
    embedding: new Float32Array(384).fill(1 / Math.sqrt(384)),
  });

  it.each([
    {
      damage: "a vector is gone",
      inflict: async () => (await openVectors(catalogue)).remove(["movie-3"]),
      found: { missing: 1 },
    },
    {
      damage: "a movie's text has changed",
      inflict: () => query("update movies set title = 'Renamed' where movie_id = 'movie-4'"),
      found: { stale: 1 },
    },
    {
      damage: "a vector belongs to no movie",
      inflict: async () => (await openVectors(catalogue)).upsert([stray()]),
      found: { orphaned: 1 },
    },
    {
      damage: "a vector is not recorded",
      inflict: () =>
        query(
          `delete from movie_embeddings e using movies m
           where m.movie_key = e.movie_key and m.movie_id = 'movie-5'`,
        ),
      found: { unrecorded: 1 },
    },
    {
      damage: "a vector has other numbers",
      inflict: async () => {
        const vectors = await openVectors(catalogue);
        const textHash = (await vectors.hashes()).get("movie-6") ?? "";
        await vectors.upsert([{ ...stray(), movieId: "movie-6", textHash }]);
      },
      found: { damaged: 1 },
    },
    {
      damage: "nothing is known of a movie any more",
      inflict: () =>
        query("update movies set title = null, overview = null where movie_id = 'movie-8'"),
      found: { orphaned: 1, misrecorded: 1 },
    },
    {
      damage: "a movie is gone",
      inflict: () => query("delete from movies where movie_id = 'movie-9'"),
      found: { orphaned: 1 },
    },
    {
      damage: "a list is gone",
      inflict: () => query("delete from movie_neighbours where movie_key = 11"),
      found: { outdatedLists: 1 },
    },
  ])("finds and mends: $damage", async ({ inflict, found }) => {
    await inflict();
    const before = await verify(catalogue);
    expect(before.found).toMatchObject(found);
    expect(before.left).toEqual(before.found);
    const mended = await verify(catalogue, true);
    expect(mended.found).toMatchObject(found);
    expect(mended.left).toEqual(CLEAN);
    await expectListsAsFromNothing(catalogue);
  });
});

describe("indexMovies", () => {
  it("makes a new movie a neighbour of the movies it is like", async () => {
    await using catalogue = await openCatalogue([
      ...realMovies(250),
      { movieId: "sharks", title: "Sharks", overview: "A great white shark attacks swimmers." },
    ]);
    await embed(catalogue);
    await buildNeighbours({ ...catalogue, recallSample: 0 });
    const tools = { ...catalogue, embedder, vectors: await openVectors(catalogue) };

    await insertMovies(catalogue.database, [
      { movieId: "new", title: "Shark Bay", overview: "A shark attacks swimmers at a beach." },
      { movieId: "unknown", title: null },
    ]);
    const missing = await catalogue.embeddings.missing(10);
    expect(missing).toEqual([252]);
    const report = await indexMovies(tools, [...missing, 253]);

    expect(report.embedded).toEqual([252]);
    expect(report.skipped.map(({ movieId }) => movieId)).toEqual(["unknown"]);
    expect(report.listsWritten).toContain(252);
    expect(report.listsWritten).toContain(251);
    const [sharks, added] = await catalogue.lists.byKeys([251, 252]);
    expect(sharks?.neighbours[0]).toBe(252);
    expect(added?.neighbours[0]).toBe(251);
    await expectListsAsFromNothing(catalogue);

    const again = await indexMovies(tools, [252]);
    expect(again).toEqual({ embedded: [], skipped: [], listsWritten: [] });
  });
});
