import { writeFileSync } from "node:fs";
import path from "node:path";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { startChroma } from "@canarec/local-cluster/chroma";
import { Resources } from "@canarec/service-kit/lifecycle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TemporaryFolder, freshDatabase, temporaryFolder } from "../../servers.ts";
import { canarec, canarecJson } from "./called-canarec.ts";
import { start } from "./canarec.ts";

const opened = new Resources();
let database: Database;
let folder: TemporaryFolder;
let env: Record<string, string>;

/** A Chroma of its own: the name of the collection is that of every catalogue. */
beforeAll(async () => {
  folder = temporaryFolder();
  opened.defer(() => folder[Symbol.dispose]());
  const fresh = opened.use(await freshDatabase());
  const chroma = opened.use(await startChroma({ home: folder.path }));
  database = opened.use(await openDatabase(fresh.url));
  env = { DATABASE_URL: fresh.url, CHROMA_URL: chroma.url };
});
afterAll(() => opened[Symbol.asyncDispose]());

const COLLECTION = "movies-minilm-l6-v2-int8-t1";

const MOVIES = [
  {
    id: "alien+1979",
    title: "Alien",
    year: 1979,
    genres: ["Horror"],
    overview: "A space monster.",
  },
  { id: "aliens+1986", title: "Aliens", year: 1986, genres: ["Horror"], overview: "More of them." },
  { id: "heat+1995", title: "Heat", year: 1995, genres: ["Crime"], overview: "Cops and robbers." },
  { id: "big+1988", title: "Big", year: 1988, genres: ["Comedy"], overview: "" },
];

const file = (name: string, text: string) => {
  writeFileSync(path.join(folder.path, name), text);
  return name;
};
const jsonl = (movies: readonly object[]) =>
  movies.map((movie) => JSON.stringify(movie)).join("\n");

describe("canarec catalog import", () => {
  it("prints a report for machines", async () => {
    const name = file("movies.jsonl", `${jsonl(MOVIES)}\nbroken`);
    expect(await canarecJson(["catalog", "import", name], { env, folder: folder.path })).toEqual({
      files: ["movies.jsonl"],
      rows: 5,
      imported: 4,
      updated: 0,
      unchanged: 0,
      rejected: 1,
      problemCounts: { empty_overview: 1, broken_json: 1 },
      problems: [
        {
          file: "movies.jsonl",
          line: 4,
          reason: "empty_overview",
          detail: "big+1988",
          imported: true,
        },
        {
          file: "movies.jsonl",
          line: 5,
          reason: "broken_json",
          detail: '"broken"',
          imported: false,
        },
      ],
      seconds: expect.any(Number) as number,
    });
  });

  it("words it for people", async () => {
    const { code, out, err } = await canarec(["catalog", "import", "movies.jsonl"], {
      env,
      folder: folder.path,
    });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("Imported 0 new movies, updated 0, left 4 as they were.\n");
    expect(out).toContain("5 rows of movies.jsonl in ");
    expect(out).toContain("Reported: empty_overview 1, broken_json 1.\n");
    expect(out).toContain('  movies.jsonl:5  broken_json  "broken"\n');
  });

  it("reads standard input", async () => {
    const input = jsonl([{ ...MOVIES[0], title: "Ignored" }]);
    const report = await canarecJson(["catalog", "import", "-", "--fill"], { env, input });
    expect(report).toMatchObject({ files: [], unchanged: 1 });
  });

  it.each([
    ["that is not there", "nowhere.jsonl", undefined, "cannot read"],
    ["without a movie", "bad.jsonl", "x\n", "no movie could be read of"],
    ["without a column", "bad.csv", "movieId,name\n", "bad.csv lacks the column title, genres"],
  ])("ends with 1 for a file %s, and writes nothing", async (_, name, text, message) => {
    if (text !== undefined) file(name, text);
    const { code, out, err } = await canarec(["catalog", "import", name], {
      env,
      folder: folder.path,
    });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(message);
    expect(err.trim().split("\n")).toHaveLength(1);
    const { rowCount } = await database.pool.query("select from movies");
    expect(rowCount).toBe(4);
  });
});

describe("canarec catalog embed and verify", () => {
  const nothing = {
    missing: 0,
    stale: 0,
    orphaned: 0,
    unrecorded: 0,
    misrecorded: 0,
    damaged: 0,
    outdatedLists: 0,
  };

  it("finds before embedding that vectors are missing, and ends with 1", async () => {
    const { code, out, err } = await canarec(["catalog", "verify"], { env });
    expect(code).toBe(1);
    expect(out).toMatch(/movies without a vector\s+4\s+4\n/);
    expect(err).toBe("canarec: 4 things wrong: canarec catalog verify --mend puts it right\n");
  });

  it("embeds every movie, then none, and tells machines", async () => {
    const shape = (embedded: number) => ({
      embedding: {
        collection: COLLECTION,
        movies: 4,
        unchanged: 4 - embedded,
        embedded,
        resumed: 0,
        skipped: [],
        seconds: expect.any(Number) as number,
        check: {
          vectors: 4,
          orphaned: 0,
          sampled: 4,
          leastCosine: expect.closeTo(1, 3) as number,
          damaged: [],
        },
      },
      neighbours: {
        movies: 4,
        changed: embedded,
        written: embedded,
        seconds: expect.any(Number) as number,
      },
    });
    expect(await canarecJson(["catalog", "embed"], { env })).toEqual(shape(4));
    expect(await canarecJson(["catalog", "embed"], { env })).toEqual(shape(0));
  });

  it("verifies them", async () => {
    expect(await canarecJson(["catalog", "verify", "--sample", "2"], { env })).toEqual({
      collection: COLLECTION,
      movies: 4,
      sampled: 2,
      found: nothing,
      left: nothing,
    });
  });
});

describe("canarec bundle", () => {
  it("builds, lists and shows one for machines", async () => {
    const watermark = { offsets: {}, highEventAt: null };
    const built = await canarecJson(["bundle", "build"], { env });
    const bundleId = (built as { bundleId: string }).bundleId;
    expect(bundleId).toMatch(/^[0-9a-f]{64}$/);
    const bytes = (built as { bytes: number }).bytes;
    expect(built).toEqual({
      bundleId,
      outcome: "built",
      models: [], // nobody has done anything
      movies: 4,
      withoutNeighbours: 0,
      bytes: expect.any(Number) as number,
      collection: COLLECTION,
      watermark,
    });
    expect(await canarecJson(["bundle", "build"], { env })).toMatchObject({
      bundleId,
      outcome: "unchanged",
    });
    const summary = {
      bundleId,
      state: "complete",
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      pinned: false,
      bytes,
      collection: COLLECTION,
      watermark,
    };
    expect(await canarecJson(["bundle", "list"], { env })).toEqual({ bundles: [summary] });
    expect(await canarecJson(["bundle", "show", bundleId.slice(0, 6)], { env })).toEqual({
      ...summary,
      damage: null,
      movies: 4,
      manifest: expect.objectContaining({ schemaVersion: 1, collection: COLLECTION }) as object,
    });
  });

  it("collects none that is needed, and says why", async () => {
    const bundle = {
      bundleId: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      createdAt: expect.stringMatching(/Z$/) as string,
      bytes: expect.any(Number) as number,
      reasons: ["young", "newest"],
    };
    const nothing = { bytes: 0, removed: [], kept: [bundle] };
    expect(await canarecJson(["bundle", "gc", "--dry-run"], { env })).toEqual({
      dryRun: true,
      ...nothing,
    });
    expect(await canarecJson(["bundle", "gc"], { env })).toEqual({ dryRun: false, ...nothing });
  });

  it("words them for people", async () => {
    const built = await canarec(["bundle", "build"], { env });
    expect(built.out).toMatch(
      /^Unchanged: bundle [0-9a-f]{64}: 4 movies, .* before the first event\.\n$/,
    );
    expect((await canarec(["bundle", "list"], { env })).out).toContain("complete");
    expect((await canarec(["bundle", "show"], { env })).out).toMatch(/verified\s+every byte/);
  });

  it("ends with 1 for one that is not there, or damaged", async () => {
    expect(await canarec(["bundle", "show", "ffff"], { env })).toEqual({
      code: 1,
      out: "",
      err: "canarec: no bundle ffff\n",
    });
    await database.pool.query(
      "update bundle_chunks set bytes = set_byte(bytes, 0, 7) where artifact = 'neighbours'",
    );
    const { code, out, err } = await canarec(["bundle", "show"], { env });
    expect(code).toBe(1);
    expect(out).toMatch(/verified\s+DAMAGED/);
    expect(err).toBe("canarec: bundle is damaged: artifact neighbours does not match its sha256\n");
    const repaired = await canarecJson(["bundle", "build"], { env });
    expect(repaired).toMatchObject({ outcome: "repaired" });
  });

  it("leaves of a build that is killed nothing that anybody serves, and the next one cleans it", async () => {
    await database.pool.query("insert into stream_offsets values ('movielog', 0, 1)");
    const states = async () => {
      const { rows } = await database.pool.query<{ state: string }>(
        "select state from bundles order by state",
      );
      return rows.map(({ state }) => state);
    };
    const blocker = await database.pool.connect();
    try {
      await blocker.query("begin; lock table bundle_chunks in share mode");
      const building = start(["bundle", "build"], { env });
      // It waits for the chunks' table now.
      await expect.poll(states, { timeout: 40_000 }).toEqual(["building", "complete"]);
      process.kill(building.pid, "SIGKILL");
      await building.ended;
    } finally {
      blocker.release(true);
    }
    expect(await states()).toEqual(["building", "complete"]);
    expect(await canarecJson(["bundle", "show"], { env })).toMatchObject({
      watermark: { offsets: {} },
    });
    await expect
      .poll(async () => (await canarec(["bundle", "build"], { env })).code, { timeout: 30_000 })
      .toBe(0); // once Postgres has noticed that the killed one is gone
    expect(await states()).toEqual(["complete", "complete"]);
  });
});
