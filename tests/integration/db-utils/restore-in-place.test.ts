import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAuditRepository } from "@canarec/db-utils/audit/audit-repository";
import { createTokenRepository } from "@canarec/db-utils/audit/token-repository";
import { restoreBackup } from "@canarec/db-utils/backup/restore-backup";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { createNoticeRepository } from "@canarec/db-utils/notices/notice-repository";
import { createTroubleRepository } from "@canarec/db-utils/watch/trouble-repository";
import { Resources } from "@canarec/service-kit/lifecycle";
import { freshDatabase } from "../../servers.ts";
import { until } from "../load-balancer/load-balancer-under-test.ts";
import { NOW, type StoredBackup, openStoredBackup } from "./stored-backup.ts";

const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

const asked = (action: string, at: Date) => ({
  ...{ at, actor: "me", action, releaseId: null, reason: null, arguments: {} },
  ...{ credential: null, source: null },
});

const opened = new Resources();
let stored: StoredBackup;
let source: Database;
let folder: string;

beforeAll(async () => {
  stored = opened.use(
    await openStoredBackup(async (db) => {
      await db.pool.query("insert into tags (name) values ('slow')");
      for (const name of ["ann", "bob"]) await addToken(db, name, NOW);
      await createAuditRepository(db).begin(asked("create-token", NOW), "accepted");
      await createNoticeRepository(db).write(notice("trouble-lag-begins"), { at: NOW });
      await createTroubleRepository(db).begin(trouble("lag", NOW), undefined, NOW);
    }),
  );
  ({ source, folder } = stored);
});
afterAll(() => opened[Symbol.asyncDispose]());

const notice = (key: string) => ({ key, kind: "trouble", text: key });
const trouble = (name: string, beganAt: Date) => ({ trouble: name, beganAt, what: "812 s" });

function addToken(db: Database, name: string, at: Date): Promise<void> {
  const sha256 = Buffer.from(name.padEnd(32)).toString("hex");
  return createTokenRepository(db).add({ name, sha256, createdAt: at, createdBy: "me" });
}

const namesOfValid = async (db: Database) =>
  (await createTokenRepository(db).valid()).map(({ name }) => name).sort();

describe("restoreBackup in place of rows", () => {
  it("takes back no revocation, no audit and nothing that was told", async () => {
    const [tokens, audit, outbox] = [
      createTokenRepository(source),
      createAuditRepository(source),
      createNoticeRepository(source),
    ];
    await tokens.revoke("bob", later(1));
    await audit.begin(asked("revoke-token", later(1)), "accepted");
    await addToken(source, "cid", later(2));
    await outbox.sent("trouble-lag-begins", later(1));
    await outbox.write(notice("release-1-1"), { at: later(1), sentAt: later(1) });
    await createTroubleRepository(source).end("lag", undefined, later(3));
    await createTroubleRepository(source).begin(trouble("lag", later(4)), undefined, later(4));
    await source.pool.query(`insert into tags (name) values ('lost');
      select nextval(pg_get_serial_sequence('releases', 'release_id')) from generate_series(1, 6)`);

    const { tokensAsOfBackup } = await restoreBackup(source, folder, { replace: true });
    expect(tokensAsOfBackup).toEqual([]);
    expect(await namesOfValid(source)).toEqual(["ann", "cid"]);
    expect((await audit.list({ limit: 10 })).map(({ action }) => action)).toEqual([
      "revoke-token",
      "create-token",
    ]);
    expect(await outbox.waiting()).toMatchObject({ count: 0 });
    await outbox.write(notice("trouble-lag-begins"), { at: later(5) }); // the same event: no second one
    expect(await outbox.waiting()).toMatchObject({ count: 0 });
    await outbox.write(notice("release-1-1"), { at: later(5) }); // another event of that number
    expect(await outbox.waiting()).toMatchObject({ count: 1 });
    expect(await createTroubleRepository(source).open()).toEqual([trouble("lag", later(4))]);
    const { rows } = await source.pool.query(
      `select (select array_agg(name) from tags) as tags,
         nextval(pg_get_serial_sequence('releases', 'release_id')) as release`,
    );
    expect(rows).toEqual([{ tags: ["slow"], release: 7 }]);
  });

  it("says which tokens another database could not know, and keeps its audit beside the backup's", async () => {
    await using fresh = await freshDatabase();
    await using other = await openDatabase(fresh.url);
    await addToken(other, "ann", NOW);
    const audit = createAuditRepository(other);
    const key = await audit.begin(asked("db restore", later(9)));
    const { tokensAsOfBackup } = await restoreBackup(other, folder, { replace: true });
    expect(tokensAsOfBackup).toEqual(["bob"]);
    expect(await audit.end(key, "done", { at: later(9), action: "db restore" })).toBe(true);
    expect(await audit.list({ limit: 10 })).toMatchObject([
      { action: "db restore", outcome: "done" },
      { action: "create-token", outcome: "accepted" },
    ]);
  });
});

describe("restoreBackup beside somebody who writes", () => {
  const ends = new Resources();
  let db: Database;

  beforeAll(async () => {
    const fresh = ends.use(await freshDatabase());
    db = ends.use(await openDatabase(fresh.url));
  });
  afterAll(() => ends[Symbol.asyncDispose]());
  beforeEach(() => db.pool.query("insert into tags (name) values (gen_random_uuid()::text)"));

  const restoreWaits = () =>
    until(async () => {
      const { rowCount } = await db.pool.query(
        `select from pg_stat_activity join pg_locks using (pid)
         where datname = current_database() and application_name = 'canarec restore' and not granted`,
      );
      return rowCount === 1;
    });

  it("waits without holding what the other one goes on to take", async () => {
    const restored = await db.transaction(async ({ client }) => {
      await client.query("insert into troubles values ('lag', now(), null, 'a')"); // the last table
      const restoring = restoreBackup(db, folder, { replace: true, lockWaitMs: 60_000 });
      restoring.catch(() => undefined);
      await restoreWaits();
      await client.query("insert into movies (movie_id, source) values ('alien', 'demo')"); // the first
      await client.query("insert into users (user_id) values (7)");
      return { restoring };
    });
    await restored.restoring;
    const { rows } = await db.pool.query("select name from tags");
    expect(rows).toEqual([{ name: "slow" }]);
  });

  it("refuses at once where it is not to replace", async () => {
    await db.transaction(async ({ client }) => {
      await client.query("insert into troubles values ('disk', now(), null, 'a')");
      await expect(restoreBackup(db, folder)).rejects.toThrow("the table tags has rows");
    });
  });

  it("gives up in one line where somebody does not let go", async () => {
    await db.transaction(async ({ client }) => {
      await client.query("insert into troubles values ('stream', now(), null, 'a')");
      const restoring = restoreBackup(db, folder, { replace: true, lockWaitMs: 300 });
      await expect(restoring).rejects.toMatchObject({
        code: "unavailable",
        message:
          "the table troubles is in use for longer than 0.3 s: stop the services, or try again",
      });
    });
  });
});
