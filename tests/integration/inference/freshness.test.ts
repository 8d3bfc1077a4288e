import { UNVOUCHED_MS } from "@canarec/inference/history/history-cache";
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

/**
 * A clock that never goes back; stopped, it moves only when it is told to. It counts whole milliseconds:
 * with parts of one, 2,001 − 1,001 ms after its start may be more than 1,000.
 */
function stoppableClock() {
  const wholeMs = () => Math.floor(performance.now());
  let stoppedAtMs: number | undefined;
  let aheadMs = 0;
  return {
    nowMs: () => (stoppedAtMs ?? wholeMs()) + aheadMs,
    stop: () => void (stoppedAtMs = wholeMs()),
    goOn: () => void (stoppedAtMs = undefined),
    pass: (ms: number) => void (aheadMs += ms),
  };
}

async function readiness(url: string): Promise<{ ready: boolean; degraded?: string }> {
  const response = await fetch(`${url}/readyz`);
  expect(response.status).toBe(200);
  return (await response.json()) as { ready: boolean; degraded?: string };
}

const isLive = async (url: string) => (await readiness(url)).degraded === undefined;

describe("a list", () => {
  it("shows each event because the feed tells of it: no time has to pass", async () => {
    const clock = stoppableClock();
    await using inference = await world.start({}, { nowMs: clock.nowMs });
    await until(() => isLive(inference.url));
    await listFor(inference.url, 1);
    clock.stop();
    for (let round = 0; round < 20; round += 1) {
      const before = await listFor(inference.url, 1);
      const watched = Number(before[0]?.slice(-2));
      await watch(world.database, { userId: 1, place: watched });
      await until(async () => !(await listFor(inference.url, 1)).includes(movieId(watched)));
    }
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
    const clock = stoppableClock();
    await using inference = await world.start({}, { feedUrl: feed.url, nowMs: clock.nowMs });
    await until(() => isLive(inference.url));
    await listFor(inference.url, 2);
    feed.cut();
    await until(async () => !(await isLive(inference.url)));
    clock.stop();
    for (const place of [5, 6, 7]) {
      clock.pass(UNVOUCHED_MS + 1);
      await listFor(inference.url, 2); // read from the database now
      await watch(world.database, { userId: 2, place });
      clock.pass(UNVOUCHED_MS);
      expect(await listFor(inference.url, 2)).toContain(movieId(place));
      clock.pass(1);
      expect(await listFor(inference.url, 2)).not.toContain(movieId(place));
    }
    clock.goOn();
    feed.mend();
    await until(() => isLive(inference.url));
    await watch(world.database, { userId: 2, place: 8 });
    await until(async () => !(await listFor(inference.url, 2)).includes(movieId(8)));
  });

  it("is at most a second old when the feed's connection dies without a word", async () => {
    await using feed = await openTcpProxy(world.databaseUrl);
    const clock = stoppableClock();
    await using inference = await world.start({}, { feedUrl: feed.url, nowMs: clock.nowMs });
    await until(() => isLive(inference.url));
    await listFor(inference.url, 3);
    clock.stop();
    feed.freeze();
    await watch(world.database, { userId: 3, place: 0 });
    // Silent for longer than it is believed; and longer than a reading is.
    clock.pass(UNVOUCHED_MS + 1);
    expect(await listFor(inference.url, 3)).not.toContain(movieId(0));
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
    expect(await listFor(inference.url, userId)).toEqual(known);
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
