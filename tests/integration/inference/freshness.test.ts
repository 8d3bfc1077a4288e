import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  MOVIES,
  type World,
  internalOf,
  listFor,
  movieId,
  openWorld,
  until,
  watch,
} from "./inference-under-test.ts";
import { openTcpProxy } from "./tcp-proxy.ts";

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world[Symbol.asyncDispose]());

/** Longest that a committed event may take to show; asking takes time too. */
const SHOWN_MS = 1_000;

/** The machine may stall now and then; a rule that is broken is broken each time. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

async function readiness(url: string): Promise<{ ready: boolean; degraded?: string }> {
  const response = await fetch(`${url}/readyz`);
  expect(response.status).toBe(200);
  return (await response.json()) as { ready: boolean; degraded?: string };
}

const isLive = async (url: string) => (await readiness(url)).degraded === undefined;

describe("a list", () => {
  it("shows each event within a second of its commit, while the feed is up", async () => {
    await using inference = await world.start();
    await until(() => isLive(inference.url));
    const tookMs: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const before = await listFor(inference.url, 1);
      const watched = Number(before[0]?.slice(-2));
      await watch(world.database, { userId: 1, place: watched });
      tookMs.push(
        await until(async () => !(await listFor(inference.url, 1)).includes(movieId(watched))),
      );
    }
    expect(median(tookMs)).toBeLessThan(SHOWN_MS);
  });

  it("is right for every user when all ask and all watch at once", async () => {
    await using inference = await world.start();
    await until(() => isLive(inference.url));
    const users = Array.from({ length: 60 }, (_, i) => 1_000 + i);
    await Promise.all(
      users.map(async (userId, i) => {
        const asking = Array.from({ length: 5 }, () => listFor(inference.url, userId));
        await watch(world.database, { userId, place: i % MOVIES });
        await Promise.all(asking);
        await until(async () => (await listFor(inference.url, userId))[0] === movieId(i + 1));
        const list = await listFor(inference.url, userId);
        expect(list).not.toContain(movieId(i));
        expect(list).toHaveLength(20);
      }),
    );
  });

  it("is at most a second old while the feed is down", async () => {
    await using feed = await openTcpProxy(world.databaseUrl);
    await using inference = await world.start({}, { feedUrl: feed.url });
    await until(() => isLive(inference.url));
    await listFor(inference.url, 2);
    feed.cut();
    await until(async () => !(await isLive(inference.url)));
    const tookMs: number[] = [];
    for (const place of [5, 6, 7]) {
      await watch(world.database, { userId: 2, place });
      tookMs.push(
        await until(async () => !(await listFor(inference.url, 2)).includes(movieId(place))),
      );
    }
    expect(median(tookMs)).toBeLessThan(SHOWN_MS + 200); // what asking itself takes
    feed.mend();
    await until(() => isLive(inference.url));
    await watch(world.database, { userId: 2, place: 8 });
    await until(async () => !(await listFor(inference.url, 2)).includes(movieId(8)));
  });

  it("is at most a second old when the feed's connection dies without a word", async () => {
    await using feed = await openTcpProxy(world.databaseUrl);
    await using inference = await world.start({}, { feedUrl: feed.url });
    await until(() => isLive(inference.url));
    await listFor(inference.url, 3);
    feed.freeze();
    await watch(world.database, { userId: 3, place: 0 });
    const tookMs = await until(async () => !(await listFor(inference.url, 3)).includes(movieId(0)));
    expect(tookMs).toBeLessThan(SHOWN_MS + 200);
  });
});

describe("with Postgres away", () => {
  it.each(["cut", "freeze"] as const)("serves what it knows, and says so (%s)", async (how) => {
    const userId = how === "cut" ? 11 : 12;
    await using postgres = await openTcpProxy(world.databaseUrl);
    await watch(world.database, { userId, place: 20 });
    await using inference = await world.start({ databaseUrl: postgres.url });
    await until(() => isLive(inference.url));
    const known = await listFor(inference.url, userId);
    postgres[how]();
    await until(async () => !(await isLive(inference.url)));
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // past the trust in a reading
    const startMs = performance.now();
    expect(await listFor(inference.url, userId)).toEqual(known);
    expect(performance.now() - startMs).toBeLessThan(600);
    expect(await internalOf(inference.url, userId)).toMatchObject({
      personalised: true,
      reason: "stale_history",
    });
    const unknown = await listFor(inference.url, 999_999);
    expect(unknown).toHaveLength(20);
    expect(await internalOf(inference.url, 999_999)).toMatchObject({
      personalised: false,
      reason: "history_unavailable",
    });
    expect(await readiness(inference.url)).toMatchObject({ ready: true });
    postgres.mend();
    await until(() => isLive(inference.url));
    await watch(world.database, { userId, place: 21 });
    await until(async () => !(await listFor(inference.url, userId)).includes(movieId(21)));
  });
});
