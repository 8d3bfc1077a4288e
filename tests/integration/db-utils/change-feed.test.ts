import { describe, expect, it } from "vitest";
import {
  type InteractionChange,
  decodeChanges,
  decodeKeys,
} from "@canarec/db-utils/change-feed/codec";
import { listenChannels } from "@canarec/db-utils/change-feed/listen";
import {
  BUNDLES_CHANNEL,
  INTERACTIONS_CHANNEL,
  MOVIES_CHANNEL,
  notifyBundle,
  notifyInteractions,
  notifyMovies,
} from "@canarec/db-utils/change-feed/notify";
import { openDatabase } from "@canarec/db-utils/database";
import { freshDatabase } from "../../servers.ts";
import { startFreezableProxy } from "./freezable-proxy.ts";

const change = (userId: number): InteractionChange => ({
  userId,
  movieKey: 1,
  furthestMinute: 9,
  firstWatchedAtMs: 1_700_000_000_000,
  lastWatchedAtMs: 1_700_000_540_000,
  rating: null,
  ratedAtMs: null,
});

/** A listener that writes down what it hears, in order. */
function recorder() {
  const heard: unknown[] = [];
  return {
    heard,
    channels: {
      [INTERACTIONS_CHANNEL]: (payload: string) => void heard.push(...decodeChanges(payload)),
      [MOVIES_CHANNEL]: (payload: string) => void heard.push(decodeKeys(payload)),
      [BUNDLES_CHANNEL]: (payload: string) => void heard.push(payload),
    },
    onConnected: () => void heard.push("connected"),
    onDisconnected: () => void heard.push("disconnected"),
  };
}

describe("the change feed", () => {
  it("delivers what was committed, whole and in order, and nothing else", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    const record = recorder();
    await using listener = listenChannels(fresh.url, record);
    await expect.poll(() => record.heard).toEqual(["connected"]);
    const changes = Array.from({ length: 500 }, (_, index) => change(index)); // several payloads
    await db.transaction(({ client }) => notifyInteractions(client, changes));
    await db
      .transaction(async ({ client }) => {
        await notifyInteractions(client, [change(999)]);
        throw new Error("rolled back");
      })
      .catch(() => undefined);
    await db.transaction(async ({ client }) => {
      await notifyMovies(client, [3, 4]);
      await notifyMovies(client, []);
      await notifyBundle(client, "b".repeat(64));
    });
    await expect.poll(() => record.heard.at(-1)).toBe("b".repeat(64));
    expect(record.heard).toEqual(["connected", ...changes, [3, 4], "b".repeat(64)]);
    expect(listener.isLive()).toBe(true);
  });

  it("has handed over everything that was committed before the moment it is fresh as of", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    const record = recorder();
    await using listener = listenChannels(fresh.url, { ...record, pingIntervalMs: 5 });
    await expect.poll(() => listener.isLive()).toBe(true);
    for (let round = 0; round < 20; round += 1) {
      await db.transaction(({ client }) => notifyMovies(client, [round]));
      const committedAtMs = performance.now();
      await expect
        .poll(() => (listener.freshAsOfMs() ?? 0) > committedAtMs, { interval: 1 })
        .toBe(true);
      expect(record.heard.at(-1)).toEqual([round]);
    }
  });

  it("notices a connection that hangs, says so, and listens again", async () => {
    await using fresh = await freshDatabase();
    const url = new URL(fresh.url);
    await using proxy = await startFreezableProxy(url.hostname, Number(url.port));
    url.port = String(proxy.port);
    const record = recorder();
    await using listener = listenChannels(url.href, {
      ...record,
      pingIntervalMs: 50,
      pingTimeoutMs: 400,
    });
    await expect.poll(() => listener.isLive()).toBe(true);
    proxy.freeze();
    await expect.poll(() => record.heard).toEqual(["connected", "disconnected"]);
    expect(listener.isLive()).toBe(false);
    expect(listener.freshAsOfMs()).toBeUndefined();
    proxy.thaw();
    await expect.poll(() => listener.isLive(), { timeout: 20_000 }).toBe(true);
    expect(record.heard).toEqual(["connected", "disconnected", "connected"]);
    await using db = await openDatabase(fresh.url);
    await db.transaction(({ client }) => notifyMovies(client, [8]));
    await expect.poll(() => record.heard.at(-1)).toEqual([8]);
  });

  it("is not live while its clock says that the last answer is too old", async () => {
    await using fresh = await freshDatabase();
    let skewMs = 0;
    await using listener = listenChannels(fresh.url, {
      channels: {},
      now: () => performance.now() + skewMs,
    });
    await expect.poll(() => listener.isLive()).toBe(true);
    skewMs = 5_000;
    expect(listener.isLive()).toBe(false);
    await expect.poll(() => listener.isLive()).toBe(true); // the next ping proves it again
  });

  it("listens again after its connection was ended by the server", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    const record = recorder();
    await using listener = listenChannels(fresh.url, { ...record, applicationName: "feed-victim" });
    await expect.poll(() => listener.isLive()).toBe(true);
    await db.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'feed-victim' and datname = current_database()`,
    );
    await expect
      .poll(() => record.heard, { timeout: 20_000 })
      .toEqual(["connected", "disconnected", "connected"]);
  });

  it("waits for a server that is not there, and can be stopped meanwhile", async () => {
    const record = recorder();
    const listener = listenChannels("postgresql://user:secret@127.0.0.1:1/none", record);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(listener.isLive()).toBe(false);
    await listener[Symbol.asyncDispose]();
    expect(record.heard).toEqual([]);
  });
});
