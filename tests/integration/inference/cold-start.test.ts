import { createUserRepository } from "@canarec/db-utils/users/repository";
import { Resources } from "@canarec/service-kit/lifecycle";
import { showBundle } from "@canarec/vectordb-scripts/bundle/read-bundles";
import type { RecordedTraining } from "@canarec/vectordb-scripts/bundle/record-training";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  MOVIES,
  type World,
  internalOf,
  listFor,
  movieId,
  until,
  watch,
} from "./inference-under-test.ts";
import { openTasteWorld, trainNow } from "./trained-world.ts";

const opened = new Resources();
let world: World;
let trained: RecordedTraining;

/** Of the users who like the first half, women; of the others men. */
beforeAll(async () => {
  const tastes = opened.use(await openTasteWorld());
  ({ world } = tastes);
  await world.database.pool.query(
    `update users set metadata_state = 'known', age = 20 + user_id % 40,
       gender = case when user_id % 2 = 0 then 'F' else 'M' end, occupation = 'hermit ' || user_id`,
  );
  trained = await trainNow(world.database, tastes.collection);
});
afterAll(() => opened[Symbol.asyncDispose]());

const FIRST_HALF = new Set(Array.from({ length: MOVIES / 2 }, (_, place) => movieId(place)));
const ofFirstHalf = (list: readonly string[]) => list.filter((id) => FIRST_HALF.has(id)).length;

/** As stream-parser stores what the platform answers. */
async function tell(userId: number, told: { age?: number; gender?: string; occupation?: string }) {
  const nothing = { age: null, gender: null, occupation: null, likes: null, dislikes: null };
  await createUserRepository(world.database).applyMetadata([{ ...nothing, ...told, userId }]);
}

const isLive = async (url: string) => {
  const ready = (await (await fetch(`${url}/readyz`)).json()) as { degraded?: string };
  return ready.degraded === undefined;
};

describe("a bundle trained where something is told of users", () => {
  it("has the tastes of groups that are large enough, and no others", async () => {
    const { rows } = await world.database.pool.query<{ manifest: unknown }>(
      "select manifest from bundles where bundle_id = $1",
      [trained.bundleId],
    );
    expect(rows[0]?.manifest).toMatchObject({
      schemaVersion: 3,
      learned: {
        // Ages of fifteen, thirty, thirty, fifteen, eighteen and twelve users; of each hermit there is one.
        groups: [
          ...[18, 25, 35, 45, 50, 56].map((from) => `age ${from}`),
          ...["gender f", "gender m"],
        ],
      },
    });
    expect(await showBundle(world.database, trained.bundleId)).toMatchObject({ damage: null });
  });
});

describe("somebody new", () => {
  it.each([
    ["F", 20],
    ["m", 0],
  ])("of whom a gender is told (%s) gets what such people like", async (gender, expected) => {
    const userId = 70_000 + expected;
    await tell(userId, { gender });
    await using replica = await world.start({ bundleId: trained.bundleId });
    const list = await listFor(replica.url, userId);
    expect(new Set(list).size).toBe(20);
    expect(Math.abs(ofFirstHalf(list) - expected)).toBeLessThan(5);
    expect(await internalOf(replica.url, userId)).toMatchObject({
      ...{ personalised: true, reason: "demographics", propensities: null },
    });
  });

  it("gets it as soon as it is told, on a replica that knew nothing of them", async () => {
    const userId = 71_000;
    await using replica = await world.start({ bundleId: trained.bundleId });
    await until(() => isLive(replica.url));
    const popular = await listFor(replica.url, userId);
    expect(await internalOf(replica.url, userId)).toMatchObject({ reason: "no_signals" });
    await tell(userId, { gender: "M" });
    await until(async () => (await internalOf(replica.url, userId))["reason"] === "demographics");
    expect(await listFor(replica.url, userId)).not.toEqual(popular);
  });

  it("gets lists by their history once there is one", async () => {
    const userId = 72_000;
    await tell(userId, { gender: "M" });
    await using replica = await world.start({ bundleId: trained.bundleId });
    await until(() => isLive(replica.url));
    await listFor(replica.url, userId);
    for (const place of [0, 1]) await watch(world.database, { userId, place });
    await until(async () => (await internalOf(replica.url, userId))["reason"] === "history");
    const list = await listFor(replica.url, userId);
    expect(ofFirstHalf(list)).toBeGreaterThan(13);
    for (const place of [0, 1]) expect(list).not.toContain(movieId(place));
  });

  it("gets the popular list where no group that the bundle knows is told", async () => {
    await tell(73_000, { occupation: "hermit 1000" });
    await using replica = await world.start({ bundleId: trained.bundleId });
    expect(await internalOf(replica.url, 73_000)).toMatchObject({
      ...{ personalised: false, reason: "no_signals" },
    });
    expect(await listFor(replica.url, 73_000)).toEqual(await listFor(replica.url, 999_999));
  });

  it("is not shown what they hide or have begun, and is told why", async () => {
    const userId = 74_000;
    await tell(userId, { gender: "F" });
    await using replica = await world.start({ bundleId: trained.bundleId });
    const [first = "", second = ""] = await listFor(replica.url, userId);
    const user = `${replica.url}/api/v1/users/${userId}`;
    await fetch(`${user}/hidden/${encodeURIComponent(first)}`, { method: "PUT" });
    await watch(world.database, { userId, place: Number(second.slice(-2)), minute: 0 });
    await until(async () => !(await listFor(replica.url, userId)).includes(second));
    const answer = (await (await fetch(`${user}/recommendations?n=60&explain=true`)).json()) as {
      reason: string;
      movies: { id: string; score: number; because: object[] }[];
    };
    expect(answer.reason).toBe("demographics");
    expect(answer.movies).toHaveLength(MOVIES - 2);
    expect(answer.movies.map(({ id }) => id)).not.toContain(first);
    expect(answer.movies[0]?.because).toEqual([{ kind: "demographics" }]);
    for (const { score } of answer.movies) expect(score > 0 && score < 1).toBe(true);
    const why = await fetch(`${user}/explain-not/${encodeURIComponent(first)}`);
    expect(await why.json()).toMatchObject({ barredBecause: ["hidden"], rank: 1, models: [] });
  });
});
