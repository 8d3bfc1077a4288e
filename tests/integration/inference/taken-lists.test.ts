import { ensurePartitions } from "@canarec/db-utils/partitions";
import { readTakenLists } from "@canarec/inference/training/read-taken-lists";
import { Resources } from "@canarec/service-kit/lifecycle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MOVIES, type World, movieId, openWorld } from "./inference-under-test.ts";
import { embedInRing, trainNow } from "./trained-world.ts";

const NOW_MS = Date.now();
const HOUR_MS = 3_600_000;

const opened = new Resources();
let world: World;

beforeAll(async () => {
  world = opened.use(await openWorld());
  await ensurePartitions(world.database, new Date(NOW_MS));
});
afterAll(() => opened[Symbol.asyncDispose]());

interface Watched {
  readonly userId: number;
  readonly place: number;
  readonly agoHours: number;
}

interface Shown {
  readonly userId: number;
  readonly agoHours: number;
  readonly places: readonly number[];
}

async function insertWatched(rows: readonly Watched[]): Promise<void> {
  const { pool } = world.database;
  await pool.query(
    "insert into users (user_id) select distinct unnest($1::bigint[]) on conflict do nothing",
    [rows.map(({ userId }) => userId)],
  );
  await pool.query(
    `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
     select u, m + 1, 99, at, at from unnest($1::bigint[], $2::int[], $3::timestamptz[]) as r (u, m, at)`,
    [
      rows.map(({ userId }) => userId),
      rows.map(({ place }) => place),
      rows.map(({ agoHours }) => new Date(NOW_MS - agoHours * HOUR_MS)),
    ],
  );
}

async function insertShown(lists: readonly Shown[]): Promise<void> {
  for (const [n, { userId, agoHours, places }] of lists.entries()) {
    await world.database.pool.query(
      `insert into exposures (user_id, answered_at, request_id, list, status, latency_us, personalised, pinned,
         assigned, served, reason, attempts)
       values ($1, $2, $3, $4, 200, 9, true, false, 'main', 'main', 'ok', '[]')`,
      [userId, new Date(NOW_MS - agoHours * HOUR_MS), `list-${userId}-${n}`, places.map(movieId)],
    );
  }
}

/** Two users, both of whom did the same, so that the half that is drawn says what all did. */
async function listsOf(
  watched: readonly Omit<Watched, "userId">[],
  shown: readonly Omit<Shown, "userId">[],
) {
  const { database } = world;
  await database.pool.query("truncate exposures, interactions, users cascade");
  const users = [1, 2];
  await insertWatched(users.flatMap((userId) => watched.map((row) => ({ userId, ...row }))));
  await insertShown(users.flatMap((userId) => shown.map((row) => ({ userId, ...row }))));
  const interactions = {
    users: 2,
    movies: MOVIES,
    starts: Int32Array.of(0, 1, 2),
    movieOf: Int32Array.of(0, 0),
    preferences: Float32Array.of(1, 1),
    times: Float64Array.of(NOW_MS, NOW_MS),
  };
  const data = { interactions, userIds: Float64Array.of(1, 2) };
  const indexOf = (key: number) => (key === 13 ? undefined : key - 1);
  const lists = await database.transaction(({ client }) =>
    readTakenLists(client, data, { indexOf, seed: 1 }),
  );
  return lists.map(({ user, atMs, movies, places, taken }) => ({
    user,
    agoHours: Math.round((NOW_MS - atMs) / HOUR_MS),
    movies: [...movies],
    places: [...places],
    taken,
  }));
}

describe("readTakenLists", () => {
  it("finds the latest list that showed what was begun, with the movies at their places", async () => {
    const found = await listsOf(
      [{ place: 5, agoHours: 1 }],
      [
        { agoHours: 5, places: [4, 5, 6] },
        { agoHours: 3, places: [7, 12, 5] }, // key 13 is in the catalogue no more
        { agoHours: 2, places: [8, 9] }, // it does not show the movie
        { agoHours: 0.5, places: [5, 1] }, // by then it had been begun
      ],
    );
    expect(found).toEqual([
      { user: expect.any(Number) as number, agoHours: 3, movies: [7, 5], places: [0, 2], taken: 5 },
    ]);
  });

  it("believes no list older than a day", async () => {
    expect(await listsOf([{ place: 5, agoHours: 1 }], [{ agoHours: 26, places: [5] }])).toEqual([]);
  });

  it("tells of each movie that was taken, of whatever list", async () => {
    const found = await listsOf(
      [
        { place: 5, agoHours: 1 },
        { place: 6, agoHours: 1 },
        { place: 30, agoHours: 1 },
      ],
      [{ agoHours: 2, places: [4, 5, 6] }],
    );
    expect(found.map(({ taken }) => taken)).toEqual([5, 6]);
  });
});

describe("canarec train", () => {
  const USERS = 600;
  const LISTS = 2;

  /** Movies lie in a ring. Users know eight beside each other; of a list they take the next one, not those from across. */
  async function insertTwoWays(): Promise<void> {
    await world.database.pool.query("truncate exposures, interactions, users cascade");
    const users = Array.from({ length: USERS }, (_, user) => user + 1);
    const own = users.flatMap((userId) =>
      Array.from({ length: 8 }, (_, k) => ({
        userId,
        place: (userId + k) % MOVIES,
        agoHours: 500 + 60 * k + (userId % 50),
      })),
    );
    const taken = users.flatMap((userId) =>
      Array.from({ length: LISTS }, (_, k) => ({
        userId,
        place: (userId + 12 - k) % MOVIES,
        agoHours: 2 + 2 * k,
      })),
    );
    await insertWatched([...own, ...taken]);
    await insertShown(
      taken.map(({ userId, place, agoHours }) => ({
        userId,
        agoHours: agoHours + 0.5,
        places: [17, 22, 0].map((far) => (place + far) % MOVIES),
      })),
    );
  }

  it("weighs models by what was taken of lists, and measures by users who taught it nothing", async () => {
    await insertTwoWays();
    await using collection = await embedInRing();
    const trained = await trainNow(world.database, collection, {
      models: ["content", "popularity"],
    });
    expect(trained.weighedBy).toBe(USERS / 2);
    expect(trained.weighedLists).toBeGreaterThanOrEqual(500);
    expect(trained.metrics?.users).toBeLessThanOrEqual(USERS / 2);
    const again = await trainNow(world.database, collection, { models: ["content", "popularity"] });
    expect(again.bundleId).toBe(trained.bundleId);
    await world.database.pool.query("truncate exposures");
    const without = await trainNow(world.database, collection, {
      models: ["content", "popularity"],
    });
    expect(without.weighedLists).toBe(0);
    expect(without.bundleId).not.toBe(trained.bundleId);
  });
});
