import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import {
  dropExpiredPartitions,
  ensurePartitions,
  partitionWindow,
} from "@canarec/db-utils/partitions";
import { type FreshDatabase, freshDatabase } from "../../servers.ts";

const NOW = new Date("2024-03-01T13:45:00Z");
const DAY_MS = 86_400_000;

let fresh: FreshDatabase;
let db: Database;

beforeAll(async () => {
  fresh = await freshDatabase();
  db = await openDatabase(fresh.url);
});

afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await fresh[Symbol.asyncDispose]();
});

const insertWatch = (hour: Date) =>
  db.pool.query(
    "insert into watches (user_id, movie_key, hour, first_minute, last_minute) values (1, 1, $1, 0, 5)",
    [hour],
  );

describe("ensurePartitions", () => {
  it("makes every day of the windows once, though several call it at the same moment", async () => {
    const made = await Promise.all(Array.from({ length: 4 }, () => ensurePartitions(db, NOW)));
    const names = made.flat();
    expect(names).toHaveLength(10 + 10 + 17);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain("watches_d20240223");
    expect(names).toContain("exposures_d20240216");
    expect(await ensurePartitions(db, NOW)).toEqual([]);
  });

  it("lets rows of the window in, and no others", async () => {
    const { from, to } = partitionWindow("watches", NOW);
    await insertWatch(from);
    await insertWatch(new Date(to.getTime() - 3_600_000));
    await expect(insertWatch(new Date(from.getTime() - 3_600_000))).rejects.toThrow("no partition");
    await expect(insertWatch(to)).rejects.toThrow("no partition");
  });

  it("gives a partition the keys, checks and storage of its table", async () => {
    const { rows } = await db.pool.query<{ keys: number; checks: number; options: string[] }>(
      `select (select count(*) from pg_index where indrelid = c.oid and indisprimary) as keys,
              (select count(*) from pg_constraint where conrelid = c.oid and contype = 'c') as checks,
              reloptions as options
       from pg_class c where relname = 'watches_d20240301'`,
    );
    expect(rows[0]).toMatchObject({ keys: 1, checks: 2 });
    expect(rows[0]?.options).toContain("fillfactor=80");
  });
});

describe("dropExpiredPartitions", () => {
  it("drops the days past their table's time, and no others", async () => {
    const later = new Date(NOW.getTime() + 3 * DAY_MS);
    await ensurePartitions(db, later);
    const dropped = await dropExpiredPartitions(db, later);
    expect(dropped).toEqual(
      ["exposures_d20240216", "exposures_d20240217", "exposures_d20240218"]
        .concat(["platform_answers_d20240223", "platform_answers_d20240224"])
        .concat(["platform_answers_d20240225"])
        .concat(["watches_d20240223", "watches_d20240224", "watches_d20240225"]),
    );
    expect(await dropExpiredPartitions(db, later)).toEqual([]);
    await insertWatch(partitionWindow("watches", later).from);
  });

  it("finishes what an interrupted run left detached", async () => {
    const later = new Date(NOW.getTime() + 4 * DAY_MS);
    await db.pool.query("alter table watches detach partition watches_d20240226");
    expect(await dropExpiredPartitions(db, later)).toContain("watches_d20240226");
    const { rows } = await db.pool.query("select to_regclass('watches_d20240226') as found");
    expect(rows).toEqual([{ found: null }]);
  });

  it("does not hold up a writer for long, nor wait for ever for a reader", async () => {
    const later = new Date(NOW.getTime() + 5 * DAY_MS);
    await using other = await openDatabase(fresh.url);
    await ensurePartitions(db, later);
    await other.transaction(async ({ client }) => {
      await client.query("select count(*) from watches"); // keeps a lock on every partition
      await expect(dropExpiredPartitions(db, later)).rejects.toThrow();
      await insertWatch(new Date(later.getTime() - (later.getTime() % 3_600_000)));
    });
    expect(await dropExpiredPartitions(db, later)).toContain("watches_d20240227");
  });
});
