import { chmod, cp, readFile, readdir, truncate, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBackup } from "@canarec/db-utils/backup/create-backup";
import { restoreBackup } from "@canarec/db-utils/backup/restore-backup";
import { TABLE_PLANS } from "@canarec/db-utils/backup/tables";
import { verifyBackup } from "@canarec/db-utils/backup/verify-backup";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { createJobRepository } from "@canarec/db-utils/jobs/repository";
import { migrate } from "@canarec/db-utils/migrations";
import { ensurePartitions } from "@canarec/db-utils/partitions";
import { emptyDatabase, freshDatabase, temporaryFolder } from "../../servers.ts";
import { insertInteractions, insertMovies } from "./catalogue-fixture.ts";
import { NOW, type StoredBackup, openStoredBackup } from "./stored-backup.ts";

/** A row or more in every table, with values that are hard to write as text. */
async function fillEveryTable(db: Database): Promise<void> {
  await ensurePartitions(db, NOW);
  await insertMovies(db, 3);
  await db.pool.query("select nextval('movies_movie_key_seq') from generate_series(1, 10)"); // a gap
  await db.pool.query(
    `update movies set title = E'Tabs\\tand \\\\ "quotes"\\nand lines; é 🎬 \\\\N', vote_average = 0.1::real + 0.2::real,
       release_date = '1961-10-18' where movie_key = 1`,
  );
  const watched = { minute: 9, first: "2024-02-29T10:00:00.001Z", last: "2024-02-29T10:09:00Z" };
  await insertInteractions(db, [
    { userId: Number.MAX_SAFE_INTEGER, movieKey: 1, watched },
    { userId: 0, movieKey: 2, rated: { raw: 3.5, at: "1969-01-01T00:00:00Z" } },
  ]);
  const id = "a".repeat(64);
  for (const sql of [
    "insert into genres (name) values ('Film-Noir')",
    "insert into movie_genres values (1, 1, 0)",
    "insert into people (name) values ('Ōzu Yasujirō')",
    "insert into movie_people values (1, 1, 'director', 0)",
    "insert into tags (name) values ('slow')",
    "insert into movie_tags values (1, 1, 3)",
    "insert into watches values (0, '2024-02-29T10:00:00Z', 1, 0, 9)",
    "insert into movie_statistics values (1, 1, 0, 0, 0)",
    "insert into movie_hours values (1, '2024-02-29T10:00:00Z', 1)",
    "insert into stream_offsets values ('movielog', 0, 12, 'abc', now(), 12)",
    `insert into rejected_lines values ('movielog', 0, 3, now(), 'bad_time', '\\x00ff0a5c', 4)`,
    "insert into rejection_counts values ('movielog', 0, '2024-02-29T10:00:00Z', 'bad_time', 1)",
    `insert into platform_answers values (0, '2024-02-29T10:00:00Z', 0, 815, '\\x0001020304050607', 'host:8082', '{}', 'a, "b"')`,
    `insert into exposures values (0, '2024-02-29T10:00:00Z', 1, 5, 200, 900, true, false, 'r', 'main', 'main', 'ok',
       'build', 'bundle', 'replica', '[{"ms": 1}]', '{"a,b", "c\\"d", null}', '[0.1, 1e-7]')`,
    "insert into movie_embeddings values ('c', 1, 'hash', now())",
    "insert into movie_neighbours values ('c', 1, now(), '{2,3}', '{0.9,0.30000001}')",
    `insert into bundles values ('${id}', now(), 3, 1, false, 'complete', 'c', '{}', '{"b": 1, "a": [1]}')`,
    `insert into bundle_chunks values ('${id}', 'catalogue', 0, '${id}', '\\x0a0d00')`,
    `insert into releases (submitted_at, kind, ref, code, build, plan, plan_hash, actor, source)
       values (now(), 'trial', 'HEAD', repeat('a', 40), 'a', '{}', '${id}', 'me', 'cli')`,
    "insert into rollouts (release_id, state, detail, sequence, updated_at) values (1, 'queued', '{}', 1, now())",
    `insert into rollout_transitions (release_id, sequence, at, epoch, to_state, to_step, actor, reason, evidence, decided_from)
       values (1, 1, now(), 1, 'queued', 0, 'me', 'submitted', '{}', '{}')`,
    "insert into control_epoch values (1, 3, 'host:1', now())",
    "insert into routing_snapshots values (1, 3, now(), 1, '{}')",
    "insert into replicas (name, release_id, runtime, state, started_at) values ('r1-1', 1, 'process', 'ready', now())",
    `insert into operator_tokens values ('ann', '${id}', now(), 'me', null)`,
    `insert into audit_log (at, actor, action, arguments, outcome) values (now(), 'me', 'pause', '{}', 'done')`,
    "insert into notices (notice_key, created_at, kind, text, send_after) values ('1:started', now(), 'started', 'a', now())",
    `insert into verdicts values (1, 1, now(), 4, 'continue', 'continue', 'too early', '{"b": 1e-300}')`,
    `insert into exposure_minutes values (1, 1, now(), 'main', 1, '{"n": 1}')`,
    "insert into analysis_users (release_id, \"window\", user_id, track, first_exposed_at, hour) values (1, 1, 1, 'main', now(), 0)",
    `insert into analysis_sums values (1, 1, 'main', 0, 'watched_share', '{"n": "1"}')`,
    `insert into analysis_progress values (1, 1, '{}', now())`,
    "insert into analysis_marks (minute) values (now())",
    "insert into tag_repositories values ('a', now())",
    `insert into release_tags (repository, tag, code, seen_at, outcome) values ('a', 'release-1', 'b', now(), 'before')`,
    `insert into training_runs (started_at, seed, code, parameters) values (now(), 1, 'unknown', '{"ease": {"l2": 1e-7}}')`,
    `insert into training_trials values ('${id}', 'ease', '${id}', now(), 0.1, 1e-3, 'ndcg@20', '{}', null)`,
    "insert into hidden_movies values (7, now(), 1)",
    `insert into gate_results values (1, now(), 'pass', 'me', 'ndcg@20 0.3', '{"seconds": 1.5}')`,
    `insert into service_releases (submitted_at, service, ref, code, actor, source, state, changed_at, reason)
       values (now(), 'stream-parser', 'HEAD', repeat('a', 40), 'me', 'cli', 'queued', now(), 'submitted')`,
    "insert into step_users values (1, 1, 2, 7, 'main', now())",
    "insert into troubles values ('lag', now(), null, '812 s')",
  ]) {
    await db.pool.query(sql);
  }
  await createJobRepository(db).begin("retention", NOW);
}

let source: Database;
let folder: string;
let stored: StoredBackup;

beforeAll(async () => {
  stored = await openStoredBackup(fillEveryTable);
  ({ source, folder } = stored);
});
afterAll(() => stored[Symbol.asyncDispose]());

describe("createBackup", () => {
  it("writes every table, with rows, and says how", async () => {
    const manifest = await verifyBackup(folder);
    expect(manifest.tables.map(({ table }) => table)).toEqual(
      TABLE_PLANS.map(({ table }) => table),
    );
    for (const { table, rows } of manifest.tables) expect(rows, table).toBeGreaterThan(0);
    expect(manifest.migration).toMatch(/^\d{4}_/);
    expect(manifest.methodReason).toMatch(/pg_dump/);
    expect((await readdir(folder)).sort()).toEqual(
      [
        ...manifest.tables.map(({ file }) => file),
        ...(manifest.dump === null ? [] : [manifest.dump.file]),
        "manifest.json",
      ].sort(),
    );
  });

  it("gives the same checksums for the same rows", async () => {
    using temporary = temporaryFolder();
    const again = await createBackup(source, join(temporary.path, "again"), { now: NOW });
    expect(again.tables).toEqual((await verifyBackup(folder)).tables);
  });

  it("does not write into a folder that has something in it", async () => {
    await expect(createBackup(source, folder, { now: NOW })).rejects.toThrow("not empty");
    await verifyBackup(folder);
  });

  it("shows one moment, whatever is written meanwhile", async () => {
    using temporary = temporaryFolder();
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    await insertMovies(db, 1);
    const writes: Promise<unknown>[] = [];
    const manifest = await createBackup(db, join(temporary.path, "backup"), {
      now: NOW,
      onTable: () => writes.push(writeSomething(db)),
    });
    await Promise.all(writes);
    const rows = Object.fromEntries(manifest.tables.map(({ table, rows }) => [table, rows]));
    expect(rows).toMatchObject({ movies: 1, genres: 0, users: 0 });
  });

  it("leaves nothing behind when it fails", async () => {
    using temporary = temporaryFolder();
    const failing = createBackup(source, join(temporary.path, "backup"), {
      now: NOW,
      onTable: ({ table }) => {
        if (table === "interactions") throw new Error("the disk is full");
      },
    });
    await expect(failing).rejects.toThrow("the disk is full");
    expect(await readdir(temporary.path)).toEqual([]);
  });

  it("lets pg_dump dump the same snapshot where it is new enough, without showing it the password in public", async () => {
    using temporary = temporaryFolder();
    const tool = join(temporary.path, "pg_dump");
    const toolOf = async (version: string) => {
      await writeFile(
        tool,
        `#!/bin/sh
if [ "$1" = --version ]; then echo "pg_dump (PostgreSQL) ${version}"; exit; fi
for argument; do case "$argument" in --file=*) file="\${argument#--file=}";; esac; done
echo "$@" > "$file"; stat -c %a "$file.password" >> "$file"
`,
      );
      await chmod(tool, 0o755);
      return tool;
    };
    const backup = async (name: string, version: string) =>
      createBackup(source, join(temporary.path, name), { now: NOW, pgDump: await toolOf(version) });

    const old = await backup("old", "17.2");
    expect(old).toMatchObject({ method: "copy", dump: null });
    expect(old.methodReason).toMatch(/version 17, older than the server's/);

    const used = await backup("new", "99.1");
    expect(used).toMatchObject({
      method: "copy+pg_dump",
      dump: { tool: "pg_dump (PostgreSQL) 99.1" },
    });
    const [args, mode] = (
      await readFile(join(temporary.path, "new", "database.dump"), "utf8")
    ).split("\n");
    expect(args).toMatch(/--snapshot=[0-9A-F-]+ /);
    expect(args).not.toContain(`:${new URL(source.pool.options.connectionString ?? "").password}@`);
    expect(mode).toBe("600");
    expect(await readdir(join(temporary.path, "new"))).not.toContain("database.dump.password");
  });
});

async function writeSomething(db: Database): Promise<void> {
  await db.pool.query("insert into genres (name) values (gen_random_uuid()::text)");
  await db.pool.query("insert into users (user_id) values ((random() * 1e15)::bigint)");
}

describe("restoreBackup", () => {
  it("makes an equal database, whose next keys are new ones", async () => {
    using temporary = temporaryFolder();
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    const restored = await restoreBackup(db, folder);
    const again = await createBackup(db, join(temporary.path, "again"), { now: NOW });
    expect(again.tables).toEqual(restored.manifest.tables);
    expect(restored.tokensAsOfBackup).toEqual(["ann"]);
    const { rows } = await db.pool.query<{ movie_key: number }>(
      "insert into movies (movie_id, source) values ('new', 'demo') returning movie_key",
    );
    expect(rows).toEqual([{ movie_key: 4 }]);
    await db.pool.query("insert into watches values (1, '2024-03-01T10:00:00Z', 1, 0, 9)");
  });

  it.each([
    {
      name: "a file cut short",
      damage: (path: string) => truncate(join(path, "movies.copy.gz"), 60),
      says: /movies\.copy\.gz cannot be read/,
    },
    {
      name: "a flipped byte",
      damage: async (path: string) => {
        const file = join(path, "users.copy.gz");
        const bytes = await readFile(file);
        bytes[bytes.length - 12] = (bytes[bytes.length - 12] ?? 0) ^ 1;
        await writeFile(file, bytes);
      },
      says: /users\.copy\.gz (cannot be read|is damaged)/,
    },
    {
      name: "the file of another table",
      damage: (path: string) => cp(join(path, "tags.copy.gz"), join(path, "genres.copy.gz")),
      says: /genres\.copy\.gz is damaged: its checksum is wrong/,
    },
    {
      name: "a missing file",
      damage: (path: string) => unlink(join(path, "interactions.copy.gz")),
      says: /interactions\.copy\.gz cannot be read/,
    },
    {
      name: "an edited manifest",
      damage: async (path: string) => {
        const file = join(path, "manifest.json");
        const text = await readFile(file, "utf8");
        await writeFile(file, text.replace('"rows": 3', '"rows": 2'));
      },
      says: /manifest\.json is damaged/,
    },
    {
      name: "no manifest",
      damage: (path: string) => unlink(join(path, "manifest.json")),
      says: /no backup there/,
    },
  ])("refuses $name before it writes anything", async ({ damage, says }) => {
    using temporary = temporaryFolder();
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    const copy = await stored.copyTo(temporary.path);
    await damage(copy);
    await expect(restoreBackup(db, copy)).rejects.toThrow(says);
    const { rows } = await db.pool.query("select count(*) from movies");
    expect(rows).toEqual([{ count: 0 }]);
  });

  it("does not mix with rows that are there", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    await db.pool.query("insert into tags (name) values ('mine')");
    await expect(restoreBackup(db, folder)).rejects.toThrow("the table tags has rows");
    const { rows } = await db.pool.query("select count(*) from movies");
    expect(rows).toEqual([{ count: 0 }]);
  });

  it("is all or nothing when the database refuses a row", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    await db.pool.query("alter table job_runs add check (job <> 'retention')");
    await expect(restoreBackup(db, folder)).rejects.toMatchObject({ code: "23514" });
    const { rows } = await db.pool.query("select count(*) from movies");
    expect(rows).toEqual([{ count: 0 }]);
  });

  it("refuses a schema of another migration", async () => {
    await using empty = await emptyDatabase();
    await using db = await openDatabase(empty.url);
    await migrate(db, "0005_release_tags");
    await expect(restoreBackup(db, folder)).rejects.toThrow(
      /the backup is of migration .* has 0005_release_tags/,
    );
  });
});
