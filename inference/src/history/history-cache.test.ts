import type { InteractionChange } from "@canarec/db-utils/change-feed/codec";
import { describe, expect, it } from "vitest";
import {
  FURTHEST_MINUTE,
  MOVIE_KEY,
  type PackedHistory,
  STRIDE,
} from "../retrieval/packed-history.ts";
import { HistoryCache, UNVOUCHED_MS } from "./history-cache.ts";
import { packHistory } from "./read-history.ts";

function change(movieKey: number, furthestMinute: number, userId = 1): InteractionChange {
  const times = { firstWatchedAtMs: 1_000, lastWatchedAtMs: 1_000, rating: null, ratedAtMs: null };
  return { userId, movieKey, furthestMinute, ...times };
}

/** Movie keys with their furthest minutes. */
function minutesOf(history: PackedHistory): Record<number, number> {
  const minutes: Record<number, number> = {};
  for (let row = 0; row < history.length; row += STRIDE) {
    minutes[history[row + MOVIE_KEY] ?? NaN] = history[row + FURTHEST_MINUTE] ?? NaN;
  }
  return minutes;
}

/** A database of one user's rows whose readings end when told to. */
function setup() {
  const rows = new Map<number, InteractionChange>([[1, change(1, 10)]]);
  const hidden = new Set<number>();
  const world = { nowMs: 0, isLive: true, epoch: 1, loads: 0, isAway: false };
  let release: (() => void) | undefined;
  const cache = new HistoryCache<string>({
    maxRows: 100,
    nowMs: () => world.nowMs,
    feed: { isLive: () => world.isLive, epoch: () => world.epoch },
    load: async () => {
      world.loads += 1;
      if (world.isAway) throw new Error("away");
      const read = { history: packHistory([...rows.values()]), hidden: [...hidden], person: null };
      await new Promise<void>((resolve) => (release = resolve));
      return read;
    },
  });
  const read = async (userId = 1) => {
    const result = cache.get(userId);
    release?.();
    return result;
  };
  return { cache, rows, hidden, world, read, release: () => release?.() };
}

async function historyFrom(result: ReturnType<HistoryCache<string>["get"]>) {
  const settled = await result;
  return settled.kind === "unavailable" ? undefined : minutesOf(settled.entry.history);
}

describe("HistoryCache", () => {
  it("reads a user once, and from then on answers at once", async () => {
    const { cache, read, world } = setup();
    await read();
    expect(cache.get(1)).not.toBeInstanceOf(Promise);
    expect(world.loads).toBe(1);
  });

  it("reads once for all who ask meanwhile", async () => {
    const { cache, release, world } = setup();
    const all = Promise.all([1, 2, 3].map(async () => cache.get(1)));
    release();
    await all;
    expect(world.loads).toBe(1);
  });

  it("merges what the feed hands over, and forgets the answer", async () => {
    const { cache, read } = setup();
    const first = await read();
    if (first.kind === "fresh") first.entry.answer = "old list";
    cache.apply(change(1, 30));
    cache.apply(change(2, 5));
    expect(await historyFrom(cache.get(1))).toEqual({ 1: 30, 2: 5 });
    expect(await cache.get(1)).toMatchObject({ entry: { answer: undefined } });
  });

  it("keeps the answer when a change says nothing new", async () => {
    const { cache, read } = setup();
    const first = await read();
    if (first.kind === "fresh") first.entry.answer = "list";
    cache.apply(change(1, 10));
    cache.apply(change(1, 3));
    expect(await cache.get(1)).toMatchObject({ entry: { answer: "list" } });
  });

  it("merges what arrives while the database is being read", async () => {
    const { cache, release } = setup();
    const loading = cache.get(1);
    cache.apply(change(2, 5)); // committed after the reading began
    cache.apply(change(1, 10)); // committed before, told later
    release();
    expect(await historyFrom(loading)).toEqual({ 1: 10, 2: 5 });
    expect(await historyFrom(cache.get(1))).toEqual({ 1: 10, 2: 5 });
  });

  it("does not keep what others do, who are not in memory", () => {
    const { cache } = setup();
    cache.apply(change(1, 5, 99));
    expect(cache.size).toBe(0);
  });

  it("reads again after a second while the feed is down", async () => {
    const { cache, read, world, rows } = setup();
    world.isLive = false;
    await read();
    rows.set(2, change(2, 7)); // nobody tells
    world.nowMs = UNVOUCHED_MS;
    expect(await historyFrom(cache.get(1))).toEqual({ 1: 10 });
    world.nowMs = UNVOUCHED_MS + 1;
    expect(await historyFrom(read())).toEqual({ 1: 10, 2: 7 });
  });

  it("does not trust over a gap in the feed what it read before", async () => {
    const { cache, read, world, rows } = setup();
    await read();
    world.nowMs = UNVOUCHED_MS + 1;
    world.epoch = 2; // lost and connected again
    rows.set(2, change(2, 7));
    expect(await historyFrom(read())).toEqual({ 1: 10, 2: 7 });
    world.nowMs += 1_000_000;
    expect(cache.get(1)).not.toBeInstanceOf(Promise);
  });

  it("does not trust a reading during which the feed was lost", async () => {
    const { cache, release, world } = setup();
    const loading = cache.get(1);
    world.epoch = 2;
    release();
    await loading;
    world.nowMs = UNVOUCHED_MS + 1;
    expect(cache.get(1)).toBeInstanceOf(Promise);
    release();
  });

  it("reads again who has changed otherwise, and once more who did so meanwhile", async () => {
    const { cache, read, release, hidden, world } = setup();
    const hiddenOf = async (result: ReturnType<typeof cache.get>) => {
      const settled = await result;
      return settled.kind === "unavailable" ? undefined : settled.entry.hidden;
    };
    expect(await hiddenOf(read())).toEqual([]);
    hidden.add(7);
    cache.outdate(1);
    cache.outdate(99); // not in memory
    const loading = cache.get(1);
    hidden.add(8); // after the reading began
    cache.outdate(1);
    release();
    await new Promise((resolve) => setImmediate(resolve));
    release();
    expect(await hiddenOf(loading)).toEqual([7, 8]);
    expect(world.loads).toBe(3);
    expect(cache.get(1)).not.toBeInstanceOf(Promise);
    world.isAway = true;
    cache.outdate(1);
    expect(await cache.get(1)).toMatchObject({ kind: "stale", entry: { hidden: [7, 8] } });
  });

  it("gives what it knew while the database is away, and says so", async () => {
    const { cache, read, world } = setup();
    await read();
    world.isAway = true;
    world.isLive = false;
    world.nowMs = UNVOUCHED_MS + 1;
    expect(await cache.get(1)).toMatchObject({ kind: "stale" });
    expect(await cache.get(2)).toEqual({ kind: "unavailable" });
  });

  it("forgets those who have not asked for longest beyond its bound", async () => {
    const { cache, read } = setup();
    for (let userId = 1; userId <= 30; userId += 1) await read(userId);
    expect(cache.rows).toBeLessThanOrEqual(100);
    expect(cache.size).toBeLessThan(30);
    expect(cache.get(30)).not.toBeInstanceOf(Promise);
    expect(cache.get(1)).toBeInstanceOf(Promise);
  });
});
