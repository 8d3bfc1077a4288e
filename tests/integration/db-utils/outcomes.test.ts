import { outcomesOfUsers } from "@canarec/db-utils/analysis/outcome-rows";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { ensurePartitions } from "@canarec/db-utils/partitions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../servers.ts";

const USER = 7;
/** Just after an hour: what came a moment before it belongs to the hour before. */
const BEGINS_MS = Date.parse("2026-03-01T12:00:00.300Z");
const RULES = { attributionSeconds: 300, toleranceMs: 1_000 };

let fresh: FreshDatabase;
let db: Database;
beforeAll(async () => {
  fresh = await freshDatabase();
  db = await openDatabase(fresh.url);
  await ensurePartitions(db, new Date(BEGINS_MS));
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await fresh[Symbol.asyncDispose]();
});

/** One movie, begun and rated so many milliseconds after the first exposure; ten minutes of it seen. */
async function outcomesOf(begunMs: number, ratedMs: number | null) {
  const { pool } = db;
  await pool.query("truncate interactions, watches, movies, users cascade");
  await pool.query("insert into users (user_id) values ($1)", [USER]);
  const movie = await pool.query<{ movie_key: number }>(
    "insert into movies (movie_id, source) values ('one', 'demo') returning movie_key",
  );
  const values = [USER, movie.rows[0]?.movie_key, new Date(BEGINS_MS + begunMs)];
  await pool.query(
    `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at, rating, rating_raw,
       rated_at) values ($1, $2, 9, $3, $3, case when $4::timestamptz is not null then 0.35 end,
       case when $4::timestamptz is not null then 3.5 end, $4)`,
    [...values, ratedMs === null ? null : new Date(BEGINS_MS + ratedMs)],
  );
  await pool.query(
    `insert into watches (user_id, movie_key, hour, first_minute, last_minute)
     values ($1, $2, date_bin('1 hour', $3::timestamptz, '2000-01-01Z'), 0, 9)`,
    values,
  );
  const rows = await outcomesOfUsers(
    db.pool,
    [{ userId: USER, firstExposedAt: new Date(BEGINS_MS) }],
    RULES,
  );
  return rows.map(({ firstWatchedAtMs, ratedAtMs, minutes }) => ({
    begun: firstWatchedAtMs === null ? null : firstWatchedAtMs - BEGINS_MS,
    rated: ratedAtMs === null ? null : ratedAtMs - BEGINS_MS,
    minutes,
  }));
}

describe("what a user did after the first exposure", () => {
  it.each([
    { case: "in the window", begun: 10_000, rated: 20_000, minutes: 10 },
    { case: "by a clock that is a moment behind", begun: -500, rated: null, minutes: 10 },
    { case: "at the tolerance's edge", begun: -1_000, rated: null, minutes: 10 },
    { case: "rated by such a clock", begun: -900, rated: -784, minutes: 10 },
    { case: "at the end", begun: 300_000, rated: 300_000, minutes: 10 },
  ])("is told, $case", async ({ begun, rated, minutes }) => {
    expect(await outcomesOf(begun, rated)).toEqual([{ begun, rated, minutes }]);
  });

  it("is told without what lay outside", async () => {
    expect(await outcomesOf(-120_784, -784)).toMatchObject([{ begun: null, rated: -784 }]);
    expect(await outcomesOf(299_000, 300_001)).toMatchObject([{ begun: 299_000, rated: null }]);
    expect(await outcomesOf(-1_001, null)).toEqual([]);
    expect(await outcomesOf(300_001, 300_001)).toEqual([]);
  });
});
