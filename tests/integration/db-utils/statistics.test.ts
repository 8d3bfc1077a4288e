import { describe, expect, it } from "vitest";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { applyStatisticsDeltas } from "@canarec/db-utils/statistics/apply-deltas";
import { createStatisticsRepository } from "@canarec/db-utils/statistics/repository";
import { freshDatabase } from "../../servers.ts";
import { insertInteractions, insertMovies } from "./catalogue-fixture.ts";

const HOUR = "2024-02-27T18:00:00Z";
const hourMs = Date.parse(HOUR);
const watched = { minute: 3, first: "2024-02-27T18:45:18Z", last: "2024-02-27T18:48:18Z" };

/** Two movies: one watched by two users and rated 3.5 and 5 of 5, one only rated, an hour later. */
async function writeInteractions(db: Database): Promise<void> {
  await insertMovies(db, 3);
  await insertInteractions(db, [
    { userId: 1, movieKey: 1, watched, rated: { raw: 3.5, at: "2024-02-27T23:00:00Z" } },
    { userId: 2, movieKey: 1, watched, rated: { raw: 5, at: "2024-02-27T23:00:00Z" } },
    { userId: 1, movieKey: 2, rated: { raw: 1, at: "2024-02-27T19:59:59.999Z" } },
  ]);
}

const statistics = [
  { movieKey: 1, watchers: 2, ratingCount: 2, ratingSum: 34, ratingSquareSum: 14 ** 2 + 20 ** 2 },
  { movieKey: 2, watchers: 0, ratingCount: 1, ratingSum: 4, ratingSquareSum: 16 },
];
const hours = [
  { movieKey: 1, hourMs, viewers: 2 },
  { movieKey: 2, hourMs: hourMs + 3_600_000, viewers: 1 },
];

describe("StatisticsRepository", () => {
  it("proves deltas equal to what interactions say, and reports each difference", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    const repository = createStatisticsRepository(db);
    await writeInteractions(db);
    await db.transaction(({ client }) => applyStatisticsDeltas(client, statistics, hours));
    expect(await repository.verify()).toEqual({
      movies: 2,
      hours: 2,
      interactions: 3,
      different: 0,
      differences: [],
    });

    await db.pool.query("update movie_statistics set rating_sum = 33 where movie_key = 1");
    await db.pool.query("delete from movie_hours where movie_key = 2");
    await db.pool.query("insert into movie_hours values (3, $1, 4)", [HOUR]);
    const found = await repository.verify();
    expect(found.differences).toEqual([
      {
        table: "movie_hours",
        movieKey: 2,
        hour: new Date(hourMs + 3_600_000),
        stored: [0],
        expected: [1],
      },
      { table: "movie_hours", movieKey: 3, hour: new Date(HOUR), stored: [4], expected: [0] },
      {
        table: "movie_statistics",
        movieKey: 1,
        hour: null,
        stored: [2, 2, 33, 596],
        expected: [2, 2, 34, 596],
      },
    ]);
    expect(await repository.verify()).toEqual(found); // proving changes nothing
    expect((await repository.recompute()).differences).toEqual(found.differences);
    expect((await repository.verify()).differences).toEqual([]);
  });

  it("mends while others write, losing nothing", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    const repository = createStatisticsRepository(db);
    await writeInteractions(db);
    await db.transaction(({ client }) => applyStatisticsDeltas(client, statistics, hours));
    await db.pool.query("update movie_statistics set watchers = 7 where movie_key = 1");
    const watch = (userId: number) =>
      db.transaction(async ({ client }) => {
        await client.query("insert into users (user_id) values ($1)", [userId]);
        await client.query(
          `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
           values ($1, 1, 3, $2, $3)`,
          [userId, watched.first, watched.last],
        );
        const counted = {
          movieKey: 1,
          watchers: 1,
          ratingCount: 0,
          ratingSum: 0,
          ratingSquareSum: 0,
        };
        await applyStatisticsDeltas(client, [counted], [{ movieKey: 1, hourMs, viewers: 1 }]);
      });
    const writers = Array.from({ length: 50 }, (_, index) => watch(100 + index));
    expect((await repository.recompute()).different).toBe(1);
    await Promise.all(writers);
    expect(await repository.verify()).toMatchObject({ interactions: 53, different: 0 });
  });

  it("computes statistics from nothing", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    const repository = createStatisticsRepository(db);
    await writeInteractions(db);
    expect((await repository.recompute()).differences).toHaveLength(4);
    expect((await repository.verify()).differences).toEqual([]);
  });

  it("takes deltas in any order and moves a viewer to another hour", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    await insertMovies(db, 1);
    const delta = { movieKey: 1, watchers: 1, ratingCount: 1, ratingSum: 20, ratingSquareSum: 400 };
    const lowered = {
      ...delta,
      watchers: 0,
      ratingCount: 0,
      ratingSum: -10,
      ratingSquareSum: -300,
    };
    const gain = { movieKey: 1, hourMs, viewers: 1 };
    const earlier = { ...gain, hourMs: hourMs - 3_600_000 };
    await db.transaction(async ({ client }) => {
      await applyStatisticsDeltas(client, [delta], [gain]);
      await applyStatisticsDeltas(client, [lowered], [{ ...gain, viewers: -1 }, earlier]);
      await applyStatisticsDeltas(client, [], []);
    });
    const stored = await db.pool.query(
      "select watchers, rating_count, rating_sum, rating_square_sum from movie_statistics",
    );
    expect(stored.rows).toEqual([
      { watchers: 1, rating_count: 1, rating_sum: 10, rating_square_sum: 100 },
    ]);
    const { rows } = await db.pool.query("select hour, viewers from movie_hours order by hour");
    expect(rows).toEqual([
      { hour: new Date(earlier.hourMs), viewers: 1 },
      { hour: new Date(hourMs), viewers: 0 },
    ]);
  });
});
