import pg from "pg";
import { describe, expect, it } from "vitest";
import { openDatabase } from "@canarec/db-utils/database";
import { isConnectionFailure } from "@canarec/db-utils/connection-errors";
import { freshDatabase, sharedServers } from "../../servers.ts";

function withUrl(change: (url: URL) => void): string {
  const url = new URL(sharedServers().databaseUrl);
  change(url);
  return url.href;
}

describe("openDatabase", () => {
  it.each([
    {
      name: "a wrong password",
      url: () => withUrl((url) => (url.password = "wrong-secret")),
      code: "unauthenticated",
      says: /refuses the user or password/,
    },
    {
      name: "a server that is not there",
      url: () => withUrl((url) => ((url.port = "1"), (url.password = "wrong-secret"))),
      code: "unavailable",
      says: /no Postgres answers at 127\.0\.0\.1:1/,
    },
    {
      name: "a database that is not there",
      url: () => withUrl((url) => (url.pathname = "/no_such_database")),
      code: "failed_precondition",
      says: /no such database/,
    },
    {
      name: "what is no URL of Postgres",
      url: () => "mysql://user:wrong-secret@host/database",
      code: "invalid_argument",
      says: /^DATABASE_URL: expected/,
    },
  ])("says in one line, without secrets, what is wrong: $name", async ({ url, code, says }) => {
    const failure = await openDatabase(url()).then(
      () => undefined,
      (thrown: unknown) => thrown as Error & { code: string },
    );
    expect(failure?.code).toBe(code);
    expect(failure?.message).toMatch(says);
    expect(failure?.message).not.toMatch(/\n|wrong-secret/);
  });

  it("reads bigint and numeric as numbers", async () => {
    await using db = await openDatabase(sharedServers().databaseUrl);
    const { rows } = await db.pool.query("select 9007199254740991::bigint as a, 3.5::numeric as b");
    expect(rows).toEqual([{ a: 9007199254740991, b: 3.5 }]);
  });

  it("ends a statement that runs too long", async () => {
    await using db = await openDatabase(sharedServers().databaseUrl, { statementTimeoutMs: 100 });
    await expect(db.pool.query("select pg_sleep(30)")).rejects.toThrow("statement timeout");
  });

  it("survives the loss of an idle connection, and says so", async () => {
    const lost: Error[] = [];
    await using db = await openDatabase(sharedServers().databaseUrl, {
      max: 1,
      applicationName: "idle-victim",
      onIdleError: (error) => lost.push(error),
    });
    await using other = await openDatabase(sharedServers().databaseUrl);
    await other.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'idle-victim'",
    );
    await expect.poll(() => lost.length).toBe(1);
    expect(isConnectionFailure(lost[0])).toBe(true);
    expect((await db.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });
});

describe("transaction", () => {
  it("commits what worked and rolls back what threw", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url, { max: 2 });
    const insert = (client: pg.ClientBase, id: number) =>
      client.query("insert into users (user_id) values ($1)", [id]);
    await db.transaction(({ client }) => insert(client, 1));
    const failing = db.transaction(async ({ client }) => {
      await insert(client, 2);
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect((await db.pool.query("select user_id from users")).rows).toEqual([{ user_id: 1 }]);
  });

  it("runs again after a serialization failure, so that no increment is lost", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url, { max: 8 });
    await db.pool.query("insert into users (user_id, age) values (1, 0)");
    let runs = 0;
    const increment = () =>
      db.transaction(
        async ({ client }) => {
          runs += 1;
          const { rows } = await client.query<{ age: number }>("select age from users");
          await client.query("update users set age = $1", [(rows[0]?.age ?? 0) + 1]);
        },
        { isolation: "serializable", retries: 50 },
      );
    await Promise.all(Array.from({ length: 8 }, increment));
    expect((await db.pool.query("select age from users")).rows).toEqual([{ age: 8 }]);
    expect(runs).toBeGreaterThan(8);
  });

  it("runs again after a deadlock", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url, { max: 2 });
    await db.pool.query("insert into users (user_id, age) values (1, 0), (2, 0)");
    let waiting = 0;
    let letGo: () => void = () => undefined;
    const bothHoldOne = new Promise<void>((resolve) => (letGo = resolve));
    const touch = (first: number, second: number) =>
      db.transaction(async ({ client }) => {
        const update = "update users set age = age + 1 where user_id = $1";
        await client.query(update, [first]);
        waiting += 1;
        if (waiting >= 2) letGo();
        await bothHoldOne;
        await client.query(update, [second]);
      });
    await Promise.all([touch(1, 2), touch(2, 1)]);
    expect(waiting).toBeGreaterThan(2);
    expect((await db.pool.query("select age from users")).rows).toEqual([{ age: 2 }, { age: 2 }]);
  });

  it("gives up after the retries it was allowed", async () => {
    await using db = await openDatabase(sharedServers().databaseUrl);
    let runs = 0;
    const failing = db.transaction(
      async ({ client }) => {
        runs += 1;
        await client.query("do $$ begin raise exception 'again' using errcode = '40001'; end $$");
      },
      { retries: 2 },
    );
    await expect(failing).rejects.toThrow("again");
    expect(runs).toBe(3);
  });

  it("throws when its connection is lost, and the pool goes on", async () => {
    await using db = await openDatabase(sharedServers().databaseUrl, { max: 1 });
    await using other = await openDatabase(sharedServers().databaseUrl, { max: 1 });
    const failure: unknown = await db
      .transaction(async ({ client }) => {
        const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
        await other.pool.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
        await client.query("select 1");
      })
      .catch((thrown: unknown) => thrown);
    expect(isConnectionFailure(failure)).toBe(true);
    expect((await db.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });
});
