import { type EmbedderPool, openEmbedderPool } from "@canarec/inference/embedding/embedder-pool";
import { locateModel, modelSource } from "@canarec/inference/embedding/model-folder";
import { embedCatalog } from "@canarec/vectordb-scripts/embedding/embed-catalog";
import { buildNeighbours } from "@canarec/vectordb-scripts/neighbours/build-neighbours";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type CatalogueFixture,
  type FixtureMovie,
  openCatalogue,
  realMovies,
} from "./catalogue-fixture.ts";

/** Titles of words drawn at random from real ones: many in a crowded, meaningless corner of the space. */
function randomMovies(count: number): FixtureMovie[] {
  let state = 7;
  const words = [...new Set(realMovies(800).flatMap(({ title }) => (title ?? "").split(" ")))];
  const word = () => words[(state = (state * 48_271) % 2_147_483_647) % words.length] ?? "";
  return Array.from({ length: count }, (_, i) => ({
    movieId: `random-${i}`,
    title: Array.from({ length: 3 + (i % 4) }, word).join(" "),
  }));
}

/** Enough for Chroma to search its graph; smaller collections it searches through. */
const MOVIES = [...realMovies(1_400), ...randomMovies(800)];

describe("neighbour lists of a catalogue of real and of random texts", () => {
  let embedder: EmbedderPool;
  let catalogue: CatalogueFixture;

  beforeAll(async () => {
    embedder = await openEmbedderPool({
      model: await locateModel(modelSource(undefined, "unused")),
      workers: 2,
    });
    catalogue = await openCatalogue(MOVIES);
    await embedCatalog({ ...catalogue, embedder });
  });
  afterAll(async () => {
    await catalogue[Symbol.asyncDispose]();
    await embedder[Symbol.asyncDispose]();
  });

  it("name at least 98 of the 100 nearest", async () => {
    const { recall, written } = await buildNeighbours({ ...catalogue, recallSample: 400 });
    expect(written).toBe(2_200);
    expect(recall).toMatchObject({ k: 100, sampled: 400 });
    expect(recall?.mean).toBeGreaterThan(0.98);
    expect(recall?.least).toBeGreaterThan(0.8);
  });

  it("change where a movie has changed as a run from nothing would have it", async () => {
    const { database, lists } = catalogue;
    await database.pool.query(
      "update movies set title = 'A whale hunts a captain', overview = null where movie_id = 'movie-99'",
    );
    expect(await embedCatalog({ ...catalogue, embedder })).toMatchObject({ embedded: 1 });
    const { written } = await buildNeighbours(catalogue);
    expect(written).toBeGreaterThan(1);
    expect(written).toBeLessThan(MOVIES.length / 2);
    const keys = MOVIES.map((_, i) => i + 1);
    const kept = await lists.byKeys(keys);
    await database.pool.query("delete from movie_neighbours");
    await buildNeighbours({ ...catalogue, recallSample: 0 });
    const fresh = await lists.byKeys(keys);
    const naming = (all: typeof fresh) =>
      all.filter(({ neighbours }) => neighbours.includes(100)).map(({ movieKey }) => movieKey);
    expect(naming(fresh).length).toBeGreaterThan(0);
    // The search is approximate: a list in a hundred may differ from what it found a moment ago.
    const shared = naming(kept).filter((key) => naming(fresh).includes(key)).length;
    expect(shared / Math.max(naming(kept).length, naming(fresh).length)).toBeGreaterThan(0.99);
  });
});
