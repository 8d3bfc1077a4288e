import type { Database } from "@canarec/db-utils/database";
import { createTrainingRunRepository } from "@canarec/db-utils/training/run-repository";
import { createPlainProducts } from "@canarec/inference/models/linear-algebra/plain-products";
import type { MatrixProducts } from "@canarec/inference/models/model";
import { Resources } from "@canarec/service-kit/lifecycle";
import { openTrainingTurn } from "@canarec/vectordb-scripts/bundle/training-turn";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FreshCollection } from "../../servers.ts";
import { MOVIES, type World, listFor, openWorld } from "./inference-under-test.ts";
import { embedInRing, insertTastes, trainNow } from "./trained-world.ts";

const opened = new Resources();
let world: World;
let collection: FreshCollection;

beforeAll(async () => {
  world = opened.use(await openWorld());
  collection = opened.use(await embedInRing());
});
afterAll(() => opened[Symbol.asyncDispose]());
beforeEach(() => world.database.pool.query("truncate interactions, users cascade"));

interface Row {
  readonly userId: number;
  readonly place: number;
  /** Furthest minute of 100. */
  readonly minute?: number;
  readonly rating?: number;
}

async function insert({ pool }: Database, rows: readonly Row[]): Promise<void> {
  await pool.query("insert into users (user_id) select distinct unnest($1::bigint[])", [
    rows.map(({ userId }) => userId),
  ]);
  await pool.query(
    `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at,
       rating, rating_raw, rated_at)
     select u, m + 1, w, case when w is not null then t end, case when w is not null then t end,
       r::real / 5, r, case when r is not null then t end
     from (select *, timestamptz '2026-01-01' + n * interval '1 hour' as t from
       unnest($1::bigint[], $2::int[], $3::int[], $4::numeric[]) with ordinality as x (u, m, w, r, n)) as rows`,
    [
      rows.map(({ userId }) => userId),
      rows.map(({ place }) => place),
      rows.map(({ minute }) => minute ?? null),
      rows.map(({ rating }) => rating ?? null),
    ],
  );
}

/** A library that has gone wrong: whatever is multiplied or solved is no number. */
const BROKEN_PRODUCTS: Partial<MatrixProducts> = {
  addProduct: async ({ c }) => void c.fill(NaN),
  solveRows: async ({ solved }) => void solved.fill(NaN),
};

const users = (count: number) => Array.from({ length: count }, (_, place) => 10 + place);
const someOf = (userId: number) => [0, 1, 2, 3].map((k) => (userId * 3 + k * k) % MOVIES);

const WORLDS: readonly (readonly [string, readonly Row[]])[] = [
  ["one user with one movie", [{ userId: 1, place: 0, minute: 99 }]],
  ["one user", [0, 1, 2, 5].map((place) => ({ userId: 1, place, minute: 99 }))],
  ["one movie", users(80).map((userId) => ({ userId, place: 7, minute: 99 }))],
  [
    "only watches, some left at once",
    users(80).flatMap((userId) =>
      [...new Set(someOf(userId))].map((place, k) => ({
        userId,
        place,
        minute: k === 0 ? 1 : 20 + 20 * k,
      })),
    ),
  ],
  [
    "only ratings",
    users(80).flatMap((userId) =>
      [...new Set(someOf(userId))].map((place, k) => ({
        userId,
        place,
        rating: 1 + ((userId + k) % 5),
      })),
    ),
  ],
  [
    "ratings that are all equal",
    users(80).flatMap((userId) =>
      [...new Set(someOf(userId))].map((place) => ({ userId, place, rating: 4 })),
    ),
  ],
  [
    "a movie that everybody watched",
    users(80).flatMap((userId) =>
      [...new Set([0, ...someOf(userId)])].map((place) => ({ userId, place, minute: 99 })),
    ),
  ],
  [
    "a user who watched everything",
    [
      ...Array.from({ length: MOVIES }, (_, place) => ({ userId: 1, place, minute: 99 })),
      ...users(80).map((userId) => ({ userId, place: userId % MOVIES, minute: 99 })),
    ],
  ],
];

describe("training on few or strange data", () => {
  it("says so where nobody has watched or rated anything", async () => {
    await expect(trainNow(world.database, collection)).rejects.toMatchObject({
      code: "failed_precondition",
      message: "there are no interactions to learn from",
    });
  });

  it("says so where nobody liked anything", async () => {
    await insert(world.database, [
      { userId: 1, place: 0, minute: 1 },
      { userId: 2, place: 1, rating: 1 },
    ]);
    await expect(trainNow(world.database, collection)).rejects.toMatchObject({
      code: "failed_precondition",
      message: "nobody liked anything: nothing can be learned",
    });
  });

  it.each(WORLDS)("makes a bundle that serves lists of 20 from %s", async (_, rows) => {
    await insert(world.database, rows);
    const trained = await trainNow(world.database, collection);
    await using replica = await world.start({ bundleId: trained.bundleId });
    const asked = [...new Set(rows.map(({ userId }) => userId))].slice(0, 5);
    for (const userId of [...asked, 999_999]) {
      const watched = rows.filter((row) => row.userId === userId).length;
      const list = await listFor(replica.url, userId);
      expect(new Set(list).size).toBe(Math.min(20, MOVIES - watched));
    }
  });

  it.each([
    { model: "ease", users: "many", why: "the matrix is not positive definite" },
    { model: "ials", users: "many", why: "the matrix is not positive definite" },
    { model: "ease", users: "one", why: "the matrix is not positive definite" },
    { model: "ials", users: "one", why: "the matrix is not positive definite" },
  ])("stores nothing where $model of $users comes to no numbers", async ({ model, users, why }) => {
    if (users === "many") await insertTastes(world.database);
    else await insert(world.database, WORLDS[1]?.[1] ?? []);
    const bundles = () => world.database.pool.query("select bundle_id from bundles order by 1");
    const before = (await bundles()).rows;
    const products = { ...createPlainProducts(), ...BROKEN_PRODUCTS };
    const training = trainNow(world.database, collection, { models: [model], products });
    await expect(training).rejects.toThrow(why);
    expect((await bundles()).rows).toEqual(before);
    const runs = await createTrainingRunRepository(world.database).list(1);
    expect(runs).toMatchObject([
      { state: "failed", bundleId: null, failure: expect.stringContaining(why) as string },
    ]);
  });

  it("writes down that it was interrupted", async () => {
    await insertTastes(world.database);
    const training = trainNow(world.database, collection, { signal: AbortSignal.abort() });
    await expect(training).rejects.toThrow("aborted");
    const runs = await createTrainingRunRepository(world.database).list(1);
    expect(runs).toMatchObject([{ state: "failed", bundleId: null, failure: "interrupted" }]);
  });

  it("waits for the training that runs, and calls the one that was killed interrupted", async () => {
    await insertTastes(world.database);
    const { pool } = world.database;
    const diary = createTrainingRunRepository(world.database);
    const killed = await diary.begin({ code: "unknown", seed: 1, since: null });
    const turn = await openTrainingTurn(world.database, {
      signal: new AbortController().signal,
      waits: () => expect.unreachable("nobody else trains"),
    });
    const stop = new AbortController();
    const waiting = trainNow(world.database, collection, {
      models: ["popularity"],
      signal: stop.signal,
      waits: () => stop.abort(),
    });
    await expect(waiting).rejects.toThrow("aborted");
    expect(await diary.list(1)).toMatchObject([{ runKey: killed, state: "running" }]);
    let second: ReturnType<typeof trainNow> | undefined;
    await new Promise<void>((told) => {
      second = trainNow(world.database, collection, { models: ["popularity"], waits: told });
    });
    // The holder dies: with its connection goes the turn.
    await pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'canarec training' and datname = current_database()
         and pid in (select pid from pg_locks where locktype = 'advisory' and granted)`,
    );
    const trained = await second;
    expect(await diary.find(killed)).toMatchObject({
      state: "failed",
      failure: "interrupted: its process ended without a word",
    });
    expect(await diary.find(trained?.run ?? 0)).toMatchObject({
      state: "succeeded",
      failure: null,
    });
    await turn[Symbol.asyncDispose]();
  });

  it("learns only from movies of the catalogue", async () => {
    await insertTastes(world.database);
    await world.database.pool.query(
      `insert into movies (movie_id, source) values ('nobody+knows', 'stream');
       insert into users (user_id) values (5);
       insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
         select 5, movie_key, 9, now(), now() from movies where movie_id = 'nobody+knows'`,
    );
    const { learned } = await trainNow(world.database, collection);
    expect(learned.from.users).toBe(120);
  });
});
