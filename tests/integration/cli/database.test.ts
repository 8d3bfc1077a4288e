import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createTokenRepository } from "@canarec/db-utils/audit/token-repository";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { Resources } from "@canarec/service-kit/lifecycle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TemporaryFolder, emptyDatabase, temporaryFolder } from "../../servers.ts";
import { canarec, canarecJson } from "./called-canarec.ts";

const opened = new Resources();
let folder: TemporaryFolder;
let database: Database;
let env: Record<string, string>;

beforeAll(async () => {
  folder = temporaryFolder();
  opened.defer(() => folder[Symbol.dispose]());
  const empty = opened.use(await emptyDatabase());
  database = opened.use(await openDatabase(empty.url));
  env = { DATABASE_URL: empty.url };
});
afterAll(() => opened[Symbol.asyncDispose]());

const migrations = expect.arrayContaining([expect.stringMatching(/^\d{4}_/)]) as string[];
const aMigration = expect.stringMatching(/^\d{4}_/) as string;

describe("canarec db", () => {
  it("tells of a database without a schema", async () => {
    expect(await canarecJson(["db", "status"], { env })).toEqual({
      address: database.address,
      version: null,
      applied: [],
      pending: migrations,
      newer: 0,
      bytes: 0,
      tables: [],
    });
  });

  it("migrates it, once", async () => {
    expect(await canarecJson(["db", "migrate"], { env })).toEqual({
      applied: migrations,
      version: aMigration,
    });
    expect(await canarecJson(["db", "migrate"], { env })).toEqual({
      applied: [],
      version: aMigration,
    });
    expect(await canarecJson(["db", "status"], { env })).toMatchObject({
      pending: [],
      tables: expect.arrayContaining([
        { table: "movies", rows: 0, bytes: expect.any(Number) as number },
        { table: "interactions", rows: 0, bytes: expect.any(Number) as number },
      ]) as object[],
    });
    expect((await canarec(["db", "status"], { env })).out).not.toContain("interactions_p");
  });

  it("makes partitions ahead and drops old ones", async () => {
    expect(await canarecJson(["db", "retention"], { env })).toEqual({
      partitionsMade: expect.arrayContaining([
        expect.stringMatching(/^watches_d\d{8}$/),
      ]) as string[],
      partitionsDropped: [],
      deleted: {},
    });
  });

  it("proves statistics, and mends them", async () => {
    await database.pool.query(`
      insert into movies (movie_id, source) values ('alien+1979', 'stream');
      insert into users (user_id) values (7);
      insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
        values (7, 1, 3, '2024-02-27T18:45Z', '2024-02-27T18:48Z')`);
    const wrong = await canarec(["db", "statistics"], { env });
    expect(wrong.code).toBe(1);
    expect(wrong.err).toBe(
      "canarec: 2 rows of statistics differ from the interactions: --recompute mends them\n",
    );
    const differences = [
      {
        table: "movie_statistics",
        movieKey: 1,
        hour: null,
        stored: [0, 0, 0, 0],
        expected: [1, 0, 0, 0],
      },
      {
        table: "movie_hours",
        movieKey: 1,
        hour: "2024-02-27T18:00:00.000Z",
        stored: [0],
        expected: [1],
      },
    ];
    const mended = (await canarecJson(["db", "statistics", "--recompute"], { env })) as {
      differences: object[];
    };
    expect(mended).toEqual({
      movies: expect.any(Number) as number,
      hours: expect.any(Number) as number,
      interactions: 1,
      differing: 2,
      mended: true,
      differences: expect.arrayContaining(differences) as object[],
    });
    expect(mended.differences).toHaveLength(2);
    expect(await canarecJson(["db", "statistics"], { env })).toEqual({
      movies: 1,
      hours: 1,
      interactions: 1,
      differing: 0,
      mended: false,
      differences: [],
    });
  });

  it("backs up, refuses to restore over rows, restores when told or into an empty one", async () => {
    await database.pool.query(
      "insert into operator_tokens values ('ann', repeat('a', 64), now(), 'me', null), ('bob', repeat('b', 64), now(), 'me', null)",
    );
    const target = path.join(folder.path, "backup");
    const run = { env, folder: folder.path };
    const tables = expect.arrayContaining([
      { table: "movies", rows: 1 },
      { table: "interactions", rows: 1 },
    ]) as object[];
    const result = {
      folder: target,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      migration: aMigration,
      method: expect.stringMatching(/^copy/) as string,
      rows: 9, // with the records of this command, and of the one that mended
      tables,
    };
    const seconds = expect.any(Number) as number;
    expect(await canarecJson(["db", "backup", "backup"], run)).toEqual({
      ...result,
      seconds,
      verified: null,
      removed: [],
    });
    const verified = { at: expect.stringMatching(/Z$/) as string, seconds };
    expect(await canarecJson(["db", "verify-backup", "backup"], run)).toEqual({
      ...result,
      verified,
    });
    expect(await canarec(["db", "backup", "backup"], run)).toMatchObject({ code: 1, out: "" });

    await database.pool.query("update interactions set furthest_minute = 99");
    const refused = await canarec(["db", "restore", "backup"], run);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("has rows");
    expect(await furthestMinute(database)).toBe(99);

    await database.pool.query(`
      update operator_tokens set revoked_at = now() where name = 'bob';
      insert into audit_log (at, actor, action, arguments, outcome) values (now(), 'me', 'revoke-token', '{}', 'accepted')`);
    expect(await canarecJson(["db", "restore", "backup", "--replace"], run)).toEqual({
      ...result,
      tokensAsOfBackup: [],
    });
    expect(await furthestMinute(database)).toBe(3);
    const { rows: record } = await database.pool.query(
      "select action, outcome from audit_log order by audit_key desc limit 3",
    );
    expect(record).toEqual([
      { action: "db restore", outcome: "done" },
      { action: "revoke-token", outcome: "accepted" },
      { action: "db restore", outcome: expect.stringMatching(/has rows/) as string },
    ]);
    expect(await createTokenRepository(database).valid()).toMatchObject([{ name: "ann" }]);

    await using other = await emptyDatabase();
    const elsewhere = { env: { DATABASE_URL: other.url }, folder: folder.path };
    const said = await canarec(["db", "restore", "backup"], elsewhere);
    expect(said.out).toMatch(
      /Tokens as of the backup: ann, bob\. One revoked after \S+Z is valid again: canarec token list\n$/,
    );
    await using restored = await openDatabase(other.url);
    expect(await furthestMinute(restored)).toBe(3);
  });

  it("keeps a folder of proven backups, and lists it without a server", async () => {
    const run = { env: { ...env, BACKUP_FOLDER: "all" }, folder: folder.path };
    const rotate = ["db", "backup", "--rotate", "--daily", "1", "--weekly", "0"];
    const made = (await canarecJson(rotate, run)) as { folder: string; rows: number };
    expect(made).toMatchObject({ removed: [], verified: { at: expect.any(String) as string } });
    expect(made.rows).toBeGreaterThan(5); // with the records of the commands before
    const away = { env: {}, folder: folder.path };
    expect(await canarecJson(["db", "backups", "all"], away)).toEqual({
      folder: path.join(folder.path, "all"),
      backups: [
        {
          folder: made.folder,
          createdAt: expect.stringMatching(/Z$/) as string,
          migration: aMigration,
          rows: made.rows,
          bytes: expect.any(Number) as number,
          verified: {
            at: expect.stringMatching(/Z$/) as string,
            seconds: expect.any(Number) as number,
          },
        },
      ],
      unreadable: [],
    });
    const wrong = await canarec(["db", "backup", "all", "--daily", "1"], run);
    expect(wrong).toMatchObject({
      code: 1,
      err: "canarec: --daily and --weekly belong to --rotate\n",
    });
    expect(await canarec(["db", "backup", "--verify"], run)).toMatchObject({
      code: 1,
      err: "canarec: name a new folder, or say --rotate\n",
    });
  });

  it("shows the diary of jobs", async () => {
    const empty = { runs: [] };
    expect(await canarecJson(["jobs"], { env })).toEqual(empty);
    const startedAt = "2026-03-01T04:07:00.000Z";
    await database.pool.query(
      `insert into job_runs (job, started_at, finished_at, state, detail) values
         ('retention', $1, $1::timestamptz + interval '90 s', 'failed', '{"reason":"no room"}'),
         ('retention', $1::timestamptz - interval '1 h', $1, 'succeeded', '{}'),
         ('statistics', $1, null, 'running', null)`,
      [startedAt],
    );
    const failed = {
      ...{ job: "retention", state: "failed", startedAt, seconds: 90 },
      detail: { reason: "no room" },
    };
    const running = { job: "statistics", state: "running", startedAt, seconds: null, detail: null };
    expect(await canarecJson(["jobs"], { env })).toEqual({ runs: [failed, running] });
    const one = (await canarecJson(["jobs", "retention", "--limit", "1"], { env })) as object;
    expect(one).toEqual({ runs: [failed] });
    expect((await canarec(["jobs", "retention"], { env })).out).toContain("no room");
    const none = await canarec(["jobs", "x"], { env });
    expect([none.code, none.err]).toEqual([1, "canarec: no run of a job x is on record\n"]);
  });

  it("ends with 1 where no backup is", async () => {
    const { code, err } = await canarec(["db", "restore", "nowhere"], { env, folder: folder.path });
    expect(code).toBe(1);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  it.each([
    ["in the place of a file", ["notes"], "cannot write"],
    ["beneath a file", ["notes/backup"], "cannot write"],
    ["into a file", ["notes", "--rotate"], "cannot write"],
  ])("does not back up %s, and leaves it as it is", async (_, args, message) => {
    const file = path.join(folder.path, "notes");
    writeFileSync(file, "of somebody");
    const { code, err } = await canarec(["db", "backup", ...args], { env, folder: folder.path });
    expect({ code, lines: err.trim().split("\n").length }).toEqual({ code: 1, lines: 1 });
    expect(err).toContain(message);
    expect(err).not.toMatch(/\bE[A-Z]{4,}\b/);
    expect(readFileSync(file, "utf8")).toBe("of somebody");
  });
});

async function furthestMinute({ pool }: Database): Promise<unknown> {
  const { rows } = await pool.query<{ minute: number }>(
    "select furthest_minute as minute from interactions",
  );
  return rows[0]?.minute;
}
