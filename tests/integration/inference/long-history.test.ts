import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Resources } from "@canarec/service-kit/lifecycle";
import { freshCollection } from "../../servers.ts";
import {
  type World,
  idAt,
  internalOf,
  listFor,
  openWorld,
  until,
  watch,
} from "./inference-under-test.ts";
import { trainNow } from "./trained-world.ts";

const WATCHED = 20_000;
const LEFT = 50;
const VIEWER = 1;
const OTHERS = 80;
/** Those whose work grows with a user's history; of the others one asks no user, and two every movie of the catalogue. */
const MODELS = ["popularity", "item_knn", "rp3beta", "transitions", "ials"];

const opened = new Resources();
let world: World;
let bundleId: string;

beforeAll(async () => {
  world = opened.use(await openWorld(WATCHED + LEFT));
  const { pool } = world.database;
  await pool.query("insert into users (user_id) select generate_series(1, $1::int)", [OTHERS + 1]);
  await pool.query(
    `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
     select $1, key, 99, t, t
     from (select key, timestamptz '2025-01-01' + key * interval '20 minutes' as t from generate_series(1, $2::int) as key) m`,
    [VIEWER, WATCHED],
  );
  // The others: some of what the viewer met last, and some of what is left.
  await pool.query(
    `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
     select u, $1 - 30 + (u * 7 + k * 3) % 80, 99, t, t
     from generate_series(2, $2::int) as u, generate_series(0, 9) as k,
       lateral (select timestamptz '2026-01-01' + u * interval '1 hour' + k * interval '2 hours' as t) as at`,
    [WATCHED, OTHERS + 1],
  );
  const collection = opened.use(freshCollection());
  ({ bundleId } = await trainNow(world.database, collection, {
    models: MODELS,
    configs: { ials: { factors: 8, iterations: 2 } }, // no library here, and 20,000 movies to solve for
  }));
});
afterAll(() => opened[Symbol.asyncDispose]());

describe("a user with 20,000 movies", () => {
  it("is learned from, and gets a list of what is left, which their next movie changes", async () => {
    await using replica = await world.start({ bundleId });
    const left = new Set(Array.from({ length: LEFT }, (_, k) => idAt(WATCHED + k)));
    const list = await listFor(replica.url, VIEWER);
    expect(new Set(list).size).toBe(20);
    expect(list.filter((id) => !left.has(id))).toEqual([]);
    expect(await internalOf(replica.url, VIEWER)).toMatchObject({
      ...{ bundle: bundleId, personalised: true, reason: "history" },
    });
    const next = Number(list[0]?.split("+")[1]);
    await watch(world.database, { userId: VIEWER, place: next });
    await until(async () => !(await listFor(replica.url, VIEWER)).includes(idAt(next)));
    expect(await listFor(replica.url, VIEWER)).toHaveLength(20);
  });

  it("gets as many as are left, and none in the end", async () => {
    await using replica = await world.start({ bundleId });
    const places = Array.from({ length: LEFT }, (_, k) => WATCHED + k);
    for (const place of places.slice(3)) await watch(world.database, { userId: VIEWER, place });
    const most = (await listFor(replica.url, VIEWER)).length;
    expect(most).toBeLessThanOrEqual(3);
    for (const place of places.slice(0, 3)) await watch(world.database, { userId: VIEWER, place });
    await until(async () => (await listFor(replica.url, VIEWER)).length === 0);
  });
});
