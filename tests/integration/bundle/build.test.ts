import { type Database, openDatabase } from "@canarec/db-utils/database";
import { DEFAULT_RANKING, NEIGHBOURS } from "@canarec/inference/bundle/codec/index";
import { buildBundle } from "@canarec/vectordb-scripts/bundle/build-bundle";
import { listBundles, showBundle } from "@canarec/vectordb-scripts/bundle/read-bundles";
import { readContents } from "@canarec/vectordb-scripts/bundle/read-contents";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../servers.ts";

let fresh: FreshDatabase;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = await openDatabase(fresh.url);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await fresh[Symbol.asyncDispose]();
});

const MODEL = {
  streamTopic: "movielog",
  collection: "movies-test",
  textVersion: 1,
  modelVersion: "test",
  ranking: DEFAULT_RANKING,
};

/** Three known movies with keys 1, 2, 4, a placeholder 3 that two users saw, 5 that three saw, 6 unknown. */
beforeEach(async () => {
  await database.pool.query(`
    truncate movies, genres, bundles, stream_offsets restart identity cascade;
    insert into movies (movie_id, title, year, runtime_minutes, source, metadata_state) values
      ('alien', 'Alien', 1979, 117, 'jsonl', 'known'),
      ('brazil', 'Brazil', 1985, 0, 'jsonl', 'known'),
      ('seen-twice', null, null, null, 'stream', 'placeholder'),
      ('cube', 'Cube', null, null, 'jsonl', 'known'),
      ('seen-thrice', null, null, null, 'stream', 'placeholder'),
      ('made-up', null, null, null, 'stream', 'unknown');
    insert into genres (name) values ('Horror'), ('Sci-Fi');
    insert into movie_genres (movie_key, genre_key, position) values (1, 2, 0), (1, 1, 1);
    insert into movie_neighbours (collection, movie_key, updated_at, neighbours, similarities) values
      ('movies-test', 1, now(), '{4,3,2}', '{0.75,0.7,0.5}'),
      ('movies-test', 4, now(), '{1}', '{0.75}'),
      ('movies-other', 2, now(), '{1}', '{0.25}');
    insert into movie_statistics (movie_key, watchers, rating_count, rating_sum, rating_square_sum) values
      (1, 10, 4, 60, 1000), (3, 2, 0, 0, 0), (5, 3, 0, 0, 0), (6, 100, 0, 0, 0);
    insert into movie_hours (movie_key, hour, viewers) values
      (1, '2024-02-27T12:00Z', 8), (1, '2024-02-24T12:00Z', 4), (1, '1995-02-24T12:00Z', 4);
    insert into stream_offsets (topic, partition, next_offset, high_event_at) values
      ('movielog', 0, 17, '2024-02-27T12:00Z'), ('movielog', 1, 5, '2024-02-27T11:00Z'),
      ('canarec-exposures', 0, 3, '2025-01-01T00:00Z');`);
});

const build = () => buildBundle({ database, ...MODEL });
const count = async (sql: string) =>
  (await database.pool.query<{ count: number }>(sql)).rows[0]?.count;

describe("readContents", () => {
  it("reads catalogue, neighbours by place, statistics and watermark", async () => {
    const contents = await database.transaction(({ client }) => readContents(client, MODEL));
    expect(contents.watermark).toEqual({
      offsets: { "movielog/0": 17, "movielog/1": 5 },
      highEventAt: "2024-02-27T12:00:00.000Z",
    });
    expect(contents.catalogue.map(({ movieKey, movieId }) => [movieKey, movieId])).toEqual([
      [1, "alien"],
      [2, "brazil"],
      [4, "cube"],
      [5, "seen-thrice"],
    ]);
    expect(contents.catalogue[0]).toMatchObject({
      title: "Alien",
      year: 1979,
      runtimeMinutes: 117,
      genres: ["Sci-Fi", "Horror"],
    });
    expect(contents.catalogue[1]).toMatchObject({ runtimeMinutes: null, genres: [] });
    const row = (place: number) => [
      ...contents.neighbours.slice(place * NEIGHBOURS, place * NEIGHBOURS + 3),
      ...contents.similarities.slice(place * NEIGHBOURS, place * NEIGHBOURS + 3),
    ];
    expect(row(0)).toEqual([2, 1, -1, 0.75, 0.5, 0]);
    expect(row(1)).toEqual([-1, -1, -1, 0, 0, 0]);
    expect(row(2)).toEqual([0, -1, -1, 0.75, 0, 0]);
    expect([...contents.statistics.watchers]).toEqual([10, 0, 0, 3]);
    expect([...contents.statistics.ratingSums]).toEqual([60, 0, 0, 0]);
    expect([...contents.statistics.ratingSquareSums]).toEqual([1000, 0, 0, 0]);
    // The half-life is 72 hours: 8 of now, and half of the 4 of three days ago.
    expect(contents.statistics.viewers[0]).toBeCloseTo(10, 12);
  });
});

describe("buildBundle", () => {
  it("stores a bundle that verifies, and tells those who listen", async () => {
    const client = await database.pool.connect();
    const heard: unknown[] = [];
    client.on("notification", ({ payload }) => heard.push(payload));
    try {
      await client.query("listen canarec_bundles");
      const report = await build();
      expect(report).toMatchObject({
        outcome: "built",
        movies: 4,
        withoutNeighbours: 2,
        collection: "movies-test",
      });
      expect(await showBundle(database, "newest")).toMatchObject({
        bundleId: report.bundleId,
        state: "complete",
        damage: null,
        movies: 4,
        bytes: report.bytes,
      });
      await client.query("select 1");
      expect(heard).toEqual([report.bundleId]);
    } finally {
      client.release(true);
    }
  });

  it("gives the same bundle for the same data, and writes it once", async () => {
    const first = await build();
    expect(await build()).toEqual({ ...first, outcome: "unchanged" });
    expect(await listBundles(database)).toHaveLength(1);
  });

  it("gives another one for other data", async () => {
    const first = await build();
    await database.pool.query("update movie_statistics set watchers = 11 where movie_key = 1");
    const second = await build();
    expect(second).toMatchObject({ outcome: "built" });
    expect((await listBundles(database)).map(({ bundleId }) => bundleId)).toEqual([
      second.bundleId,
      first.bundleId,
    ]);
  });

  it("takes no part of what is committed while it reads", async () => {
    const contents = await database.transaction(
      async ({ client }) => {
        await client.query("select 1 from movies");
        await database.pool.query("update movie_statistics set watchers = 99");
        await database.pool.query("update stream_offsets set next_offset = 99");
        return readContents(client, MODEL);
      },
      { isolation: "repeatable read" },
    );
    expect(contents.watermark.offsets).toEqual({ "movielog/0": 17, "movielog/1": 5 });
    expect(contents.statistics.watchers[0]).toBe(10);
  });

  it("writes a damaged bundle anew", async () => {
    const { bundleId } = await build();
    await database.pool.query(
      "update bundle_chunks set bytes = set_byte(bytes, 3, 255) where artifact = 'neighbours'",
    );
    expect((await showBundle(database, "newest")).damage).toBe(
      "bundle is damaged: artifact neighbours does not match its sha256",
    );
    expect(await build()).toMatchObject({ bundleId, outcome: "repaired" });
    expect((await showBundle(database, bundleId.slice(0, 8))).damage).toBeNull();
  });

  it("removes what a build that was killed left behind", async () => {
    await database.pool.query(
      `insert into bundles (bundle_id, bytes, schema_version, collection, watermark, manifest)
       values (repeat('0', 64), 1, 1, 'c', '{}', '{}');
       insert into bundle_chunks (bundle_id, artifact, position, sha256, bytes)
       values (repeat('0', 64), 'catalogue', 0, repeat('0', 64), 'x')`,
    );
    await expect(showBundle(database, "newest")).rejects.toThrow("no bundle newest");
    await build();
    expect(await count("select count(*)::int from bundles")).toBe(1);
    expect(
      await count("select count(*)::int from bundle_chunks where artifact = 'catalogue'"),
    ).toBe(1);
  });

  it("refuses while another build runs", async () => {
    const client = await database.pool.connect();
    try {
      await client.query("select pg_advisory_lock(7226002)");
      await expect(build()).rejects.toThrow("another bundle is being built");
    } finally {
      client.release(true);
    }
  });

  it("refuses an empty catalogue, and writes nothing", async () => {
    await database.pool.query("truncate movies cascade");
    await expect(build()).rejects.toMatchObject({ code: "failed_precondition" });
    expect(await listBundles(database)).toEqual([]);
  });
});

describe("showBundle", () => {
  it("wants a beginning that fits one bundle", async () => {
    await build();
    await database.pool.query("update stream_offsets set next_offset = 18");
    await build();
    await expect(showBundle(database, "")).rejects.toThrow("several bundles begin with");
    await expect(showBundle(database, "xyz")).rejects.toThrow("no bundle xyz");
  });
});
