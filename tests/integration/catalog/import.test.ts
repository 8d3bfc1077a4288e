import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import {
  importCatalog,
  importCatalogStream,
} from "@canarec/vectordb-scripts/catalog/import-catalog";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type FreshDatabase,
  type TemporaryFolder,
  freshDatabase,
  temporaryFolder,
} from "../../servers.ts";

let fresh: FreshDatabase;
let database: Database;
let folder: TemporaryFolder;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = await openDatabase(fresh.url);
  folder = temporaryFolder();
});
afterAll(async () => {
  folder[Symbol.dispose]();
  await database[Symbol.asyncDispose]();
  await fresh[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await database.pool.query("truncate movies, genres, people, tags restart identity cascade");
});

function file(name: string, content: string | Buffer): string {
  const path = join(folder.path, name);
  writeFileSync(path, content);
  return path;
}

const jsonl = (...movies: object[]) =>
  file("movies.jsonl", movies.map((movie) => JSON.stringify(movie)).join("\n"));

/** The catalogue by external names, in order of ids. */
async function catalogue() {
  const { rows } = await database.pool.query<Record<string, unknown>>(`
    select movie_id, title, year, overview, imdb_id, source, metadata_state,
      (select array_agg(name order by position) from movie_genres join genres using (genre_key)
       where movie_key = m.movie_key) as genres,
      (select array_agg(role || ':' || name order by role, position)
       from movie_people join people using (person_key) where movie_key = m.movie_key) as people,
      (select jsonb_object_agg(name, uses) from movie_tags join tags using (tag_key)
       where movie_key = m.movie_key) as tags
    from movies m order by movie_id`);
  return rows;
}

const ALIEN = {
  id: "alien+1979",
  title: "Alien",
  year: 1979,
  genres: ["Horror", "Sci-Fi"],
  cast: ["Sigourney Weaver", "John Hurt"],
  directors: ["Ridley Scott"],
  overview: "In space no one can hear you scream.",
  tags: [{ name: "space", uses: 3 }],
};

const ALIEN_STORED = {
  movie_id: "alien+1979",
  title: "Alien",
  year: 1979,
  overview: "In space no one can hear you scream.",
  imdb_id: null,
  source: "jsonl",
  metadata_state: "known",
  genres: ["Horror", "Sci-Fi"],
  people: ["cast:Sigourney Weaver", "cast:John Hurt", "director:Ridley Scott"],
  tags: { space: 3 },
};

describe("importCatalog", () => {
  it("stores a movie with its genres, people and tags", async () => {
    expect(await importCatalog({ database, path: jsonl(ALIEN) })).toEqual({
      files: ["movies.jsonl"],
      rows: 1,
      imported: 1,
      updated: 0,
      unchanged: 0,
      rejected: 0,
      problemCounts: {},
      problems: [],
    });
    expect(await catalogue()).toEqual([ALIEN_STORED]);
  });

  it("changes nothing when the same file comes again", async () => {
    const path = jsonl(ALIEN, { id: "b", title: "B", overview: "b" });
    await importCatalog({ database, path });
    const before = await database.pool.query("select xmin, * from movies order by movie_key");
    expect(await importCatalog({ database, path })).toMatchObject({
      imported: 0,
      updated: 0,
      unchanged: 2,
    });
    const after = await database.pool.query("select xmin, * from movies order by movie_key");
    expect(after.rows).toEqual(before.rows);
  });

  it("lets newer values win where they are not empty", async () => {
    await importCatalog({ database, path: jsonl(ALIEN) });
    const newer = { id: "alien+1979", title: "Alien!", overview: "", genres: ["Horror"], cast: [] };
    const report = await importCatalog({ database, path: jsonl({ ...newer, imdbId: "0078748" }) });
    expect(report).toMatchObject({ imported: 0, updated: 1, unchanged: 0 });
    expect(await catalogue()).toEqual([
      { ...ALIEN_STORED, title: "Alien!", genres: ["Horror"], imdb_id: "tt0078748" },
    ]);
  });

  it("only fills gaps when asked to", async () => {
    await importCatalog({ database, path: jsonl({ ...ALIEN, genres: [], overview: null }) });
    const path = jsonl(
      { ...ALIEN, title: "Other", cast: ["Nobody"], imdbId: "0078748" },
      { id: "new", title: "New", overview: "n" },
    );
    const report = await importCatalog({ database, path, fill: true });
    expect(report).toMatchObject({ imported: 1, updated: 1, unchanged: 0 });
    expect(await catalogue()).toMatchObject([
      { ...ALIEN_STORED, imdb_id: "tt0078748" },
      { movie_id: "new" },
    ]);
    expect(await importCatalog({ database, path, fill: true })).toMatchObject({ unchanged: 2 });
  });

  it("makes of a placeholder of the stream a movie that is known, with the same key", async () => {
    await database.pool.query(
      "insert into movies (movie_id, source) values ('other', 'stream'), ('alien+1979', 'stream')",
    );
    expect(await importCatalog({ database, path: jsonl(ALIEN) })).toMatchObject({
      imported: 0,
      updated: 1,
    });
    const { rows } = await database.pool.query(
      "select movie_key, metadata_state, lookup_after from movies where movie_id = 'alien+1979'",
    );
    expect(rows).toEqual([{ movie_key: 2, metadata_state: "known", lookup_after: null }]);
  });

  it("tells those who listen which movies changed", async () => {
    const client = await database.pool.connect();
    const payloads: unknown[] = [];
    client.on("notification", ({ payload }) => payloads.push(JSON.parse(payload ?? "")));
    try {
      await client.query("listen canarec_movies");
      const path = jsonl(ALIEN, { id: "b", title: "B", overview: "b" });
      await importCatalog({ database, path });
      await importCatalog({ database, path });
      await client.query("select 1");
      expect(payloads).toEqual([[1, 2]]);
    } finally {
      client.release(true);
    }
  });

  it("imports what is good of a damaged file, and says line by line what is not", async () => {
    const lines = [
      '\ufeff{"id":"a","title":"A","overview":"a"}\r',
      '{"id":"b","title":"B"',
      '{"title":"C","overview":"c"}',
      '{"id":"a","title":"A again","overview":"a"}',
      `{"id":"${"x".repeat(257)}","title":"D","overview":"d"}`,
      '{"id":"e","title":"","overview":"e"}',
      '{"id":"f","title":"F","overview":""}',
      '{"id":"g","title":"G","overview":"nul \\u0000 within"}',
      '{"id":"h","title":"H","overview":"h","year":"1999"}',
      "",
      '"text"',
      '{"id":"i","title":"I","overview":"i"}',
    ];
    const bytes = Buffer.concat([Buffer.from(lines.join("\n")), Buffer.from([10, 0xff, 0xfe, 10])]);
    const report = await importCatalog({ database, path: file("movies.jsonl", bytes) });
    expect(report.problems.map(({ line, reason, imported }) => [line, reason, imported])).toEqual([
      [2, "broken_json", false],
      [3, "missing_id", false],
      [4, "duplicate_id", false],
      [5, "id_too_long", false],
      [6, "missing_title", false],
      [7, "empty_overview", true],
      [8, "nul_character", false],
      [9, "invalid_field", false],
      [11, "not_an_object", false],
      [13, "not_utf8", false],
    ]);
    expect(report).toMatchObject({ rows: 12, imported: 3, rejected: 9 });
    expect(report.problemCounts).toMatchObject({ empty_overview: 1, duplicate_id: 1 });
    expect((await catalogue()).map((movie) => movie["movie_id"])).toEqual(["a", "f", "i"]);
  });

  it.each([
    ["nothing", "movies.jsonl", "", "no movie could be read of"],
    ["no JSON", "movies.jsonl", "x\ny", 'line 1: broken_json "x"'],
    ["no known kind", "movies.txt", "Toy Story", "cannot tell the format of movies.txt"],
    ["no column for the title", "movies.csv", "movieId,genres\n1,Drama", "lacks the column title"],
    ["a header alone", "movies.csv", "movieId,title,genres\n", "no movie could be read of"],
  ])("refuses a file with %s, and writes nothing", async (_, name, content, message) => {
    await expect(importCatalog({ database, path: file(name, content) })).rejects.toThrow(message);
    expect(await catalogue()).toEqual([]);
  });

  it("refuses a path where nothing is", async () => {
    const path = join(folder.path, "nowhere.jsonl");
    await expect(importCatalog({ database, path })).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });

  it("writes nothing when reading fails half-way", async () => {
    const stream = (async function* () {
      for (let id = 0; id < 2_000; id += 1) {
        yield Buffer.from(`{"id":"${id}","title":"T","overview":"o"}\n`);
      }
      throw new Error("the disk is gone");
    })();
    await expect(importCatalogStream({ database, stream, format: "jsonl" })).rejects.toThrow(
      "the disk is gone",
    );
    expect(await catalogue()).toEqual([]);
  });

  it("imports the files of a folder by name, and MovieLens with what stands beside it", async () => {
    using inner = temporaryFolder();
    const put = (name: string, text: string) => writeFileSync(join(inner.path, name), text);
    put("movies.csv", 'movieId,title,genres\r\n1,"Alien, The (1979)",Horror|Sci-Fi\r\n2,B,x\r\n');
    put("links.csv", "movieId,imdbId,tmdbId\r\n1,0078748,348\r\nbroken\r\n");
    put("tags.csv", "userId,movieId,tag,timestamp\r\n1,1,Space,1\r\n2,1,space,1\r\n");
    put("a.jsonl", '{"id":"z","title":"Z","overview":"z"}');
    const report = await importCatalog({ database, path: inner.path });
    expect(report).toMatchObject({
      files: ["a.jsonl", "movies.csv"],
      imported: 3,
      problems: [{ file: "links.csv", line: 3, reason: "wrong_columns", imported: false }],
    });
    expect((await catalogue())[0]).toEqual({
      ...ALIEN_STORED,
      movie_id: "1",
      title: "The Alien",
      overview: null,
      imdb_id: "tt0078748",
      source: "movielens",
      people: null,
      tags: { space: 2 },
    });
  });

  it("copes with the demo catalogue, and reports its oddities", async () => {
    const report = await importCatalog({ database, path: "demo" });
    expect(report).toMatchObject({
      rows: 3_201,
      imported: 3_200,
      rejected: 1,
      problemCounts: { missing_title: 1, numeric_title: 9, duplicate_title: 24 },
    });
    expect(report.problems.find(({ reason }) => reason === "missing_title")).toMatchObject({
      file: "movies.json",
      imported: false,
    });
    const { rows } = await database.pool.query<{ first: number; last: number; ids: string[] }>(
      `select min(year) as first, max(year) as last,
         array_agg(movie_id order by year) filter (where title = 'King Kong') as ids from movies`,
    );
    expect(rows[0]).toMatchObject({ last: 2011, ids: ["king+kong+1976", "king+kong+2005"] });
    expect(rows[0]?.first).toBeGreaterThan(1_900);
    expect(await importCatalog({ database, path: "demo" })).toMatchObject({ unchanged: 3_200 });
  });

  it("comes out the same beside writers who touch the same movies", async () => {
    const path = jsonl(
      ...Array.from({ length: 300 }, (_, id) => ({
        id: `m${id}`,
        title: "T",
        overview: "o",
        genres: [`g${id % 7}`],
      })),
    );
    const placeholder = (id: number) =>
      database.pool.query(
        "insert into movies (movie_id, source) values ($1, 'stream') on conflict (movie_id) do nothing",
        [`m${id}`],
      );
    await Promise.all([
      importCatalog({ database, path }),
      importCatalog({ database, path }),
      ...Array.from({ length: 100 }, (_, id) => placeholder(299 - id)),
    ]);
    const { rows } = await database.pool.query(
      `select count(*)::int as movies, count(*) filter (where metadata_state = 'known')::int as known,
         (select count(*)::int from movie_genres) as genres from movies`,
    );
    expect(rows).toEqual([{ movies: 300, known: 300, genres: 300 }]);
  });
});
