import { listenChannels } from "@canarec/db-utils/change-feed/listen";
import { decodeChanges } from "@canarec/db-utils/change-feed/codec";
import { mergeInteraction } from "@canarec/db-utils/interactions/merge-interaction";
import { createStatisticsRepository } from "@canarec/db-utils/statistics/repository";
import type { StreamStatus } from "@canarec/stream-parser/contract/status";
import { describe, expect, it } from "vitest";
import { checksums } from "./checksum.ts";
import { openWorld, until, untilWritten } from "./harness.ts";
import { mixedLines } from "./lines.ts";

const day = new Date().toISOString().slice(0, 10);

describe("stream-parser", () => {
  it("writes each kind of line", async () => {
    await using world = await openWorld(1);
    await world.send([
      `${day}T00:10,1,GET /data/m/alien+1979/0.mpg`,
      `${day}T00:11,1,GET /data/m/alien+1979/1.mpg`,
      `${day}T01:00:30.123,1,GET /data/m/alien+1979/51.mpg`,
      `${day}T00:11,2,GET /rate/alien+1979=4.5`,
      `${day}T00:12:00.123456,3,recommendation request host:8082, status 200, result: alien+1979, barbie, 12 ms`,
      `${day}T00:12:00.123456,3,recommendation request host:8082, status 0, result: java.lang.Exception: a, b, 800 ms`,
      `${day}T00:09,4,GET /create_account`,
    ]);
    await world.startParser({ STREAM_MAX_AHEAD_MS: "172800000" });
    await untilWritten(world, { 0: 7 });
    const query = async (text: string) => (await world.db.pool.query(text)).rows as unknown[];
    expect(
      await query(
        `select user_id, movie_id, furthest_minute, rating_raw, rating
         from interactions join movies using (movie_key) order by user_id`,
      ),
    ).toEqual([
      { user_id: 1, movie_id: "alien+1979", furthest_minute: 51, rating_raw: null, rating: null },
      { user_id: 2, movie_id: "alien+1979", furthest_minute: null, rating_raw: 4.5, rating: 0.9 },
    ]);
    expect(
      await query("select hour::text, first_minute, last_minute from watches order by hour"),
    ).toEqual([
      { hour: `${day} 00:00:00+00`, first_minute: 0, last_minute: 1 },
      { hour: `${day} 01:00:00+00`, first_minute: 51, last_minute: 51 },
    ]);
    expect(
      await query("select user_id, status, list, ms, error from platform_answers order by status"),
    ).toEqual([
      { user_id: 3, status: 0, list: [], ms: 800, error: "java.lang.Exception: a, b" },
      { user_id: 3, status: 200, list: ["alien+1979", "barbie"], ms: 12, error: null },
    ]);
    expect(
      await query("select user_id, account_created_at is not null as has from users order by 1"),
    ).toEqual([
      { user_id: 1, has: false },
      { user_id: 2, has: false },
      { user_id: 3, has: false },
      { user_id: 4, has: true },
    ]);
    expect(
      await query(
        "select watchers, rating_count, rating_sum, rating_square_sum from movie_statistics",
      ),
    ).toEqual([{ watchers: 1, rating_count: 1, rating_sum: 18, rating_square_sum: 324 }]);
  });

  it("quarantines every kind of damage with its reason, and goes on", async () => {
    await using world = await openWorld(1);
    const good = `${day}T00:10,1,GET /create_account`;
    const values = [
      null,
      "",
      "\0",
      Buffer.from("2024-02-27T18:45,1,GET /data/m/\xff/0.mpg", "latin1"),
      "x".repeat(900_000),
      "2022-11-1 4T12:23:14,1,GET /data/m/a/0.mpg",
      "1969-12-31T23:59:59,1,GET /data/m/a/0.mpg",
      "2999-01-01T00:00,1,GET /data/m/a/0.mpg",
      "2024-02-27T18:45,-25611,GET /data/m/a/0.mpg",
      "2024-02-27T18:45,99999999999999999999,GET /data/m/a/0.mpg",
      "2024-02-27T18:45,1,GZET /data/m/a/0.mpg",
      "2024-02-27T18:45,1,GET /rate/a=11",
      `2024-02-27T18:45,1,GET /data/m/${"a".repeat(257)}/0.mpg`,
    ];
    await world.send([...values, good]);
    const parser = await world.startParser();
    await untilWritten(world, { 0: values.length + 1 });
    const { rows } = await world.db.pool.query<{ reason: string; raw: Buffer; raw_bytes: number }>(
      `select reason, raw, raw_bytes from rejected_lines order by "offset"`,
    );
    expect(rows.map(({ reason }) => reason)).toEqual([
      "null_value",
      "empty_line",
      "nul_byte",
      "bad_encoding",
      "too_long",
      "bad_time",
      "time_too_early",
      "time_in_future",
      "bad_user",
      "user_out_of_range",
      "unknown_request",
      "rating_out_of_range",
      "movie_too_long",
    ]);
    expect(rows[4]).toMatchObject({ raw_bytes: 900_000 });
    expect(rows[4]?.raw.length).toBeLessThan(10_000);
    const status = (await (await fetch(`${parser.url}/status`)).json()) as StreamStatus;
    expect(status.rejectedLastDay).toHaveLength(13);
    expect(status.topics[0]).toMatchObject({
      role: "stream",
      partitions: [{ partition: 0, nextOffset: 14, linesTotal: 14 }],
    });
    const metrics = await (await fetch(`${parser.url}/metrics`)).text();
    expect(metrics).toMatch(/rejected_lines_total\{.*reason="nul_byte".*\} 1/);
  });

  it("isolates a line that Postgres refuses, and writes the rest of its batch", async () => {
    await using world = await openWorld(1);
    // Stands for any rule that parsing does not know of.
    await world.db.pool.query(
      "alter table interactions add constraint test_minute check (furthest_minute <> 66)",
    );
    const lines = Array.from(
      { length: 200 },
      (_, user) => `${day}T00:00,${user},GET /data/m/a/${user === 77 ? 66 : 5}.mpg`,
    );
    await world.send(lines);
    await world.startParser();
    await untilWritten(world, { 0: 200 });
    const rejected = await world.db.pool.query(`select "offset", reason from rejected_lines`);
    expect(rejected.rows).toEqual([{ offset: 77, reason: "unstorable" }]);
    const written = await world.db.pool.query("select count(*) from interactions");
    expect(written.rows).toEqual([{ count: 199 }]);
  });

  it("changes nothing by duplicates and replays, in any order, and keeps statistics exact", async () => {
    await using world = await openWorld(2);
    const lines = mixedLines(3_000, 1);
    await world.send(lines.slice(0, 1_500), 0);
    await world.send(lines.slice(1_500), 1);
    await world.startParser();
    await untilWritten(world, { 0: 1_500, 1: 1_500 });
    const once = await checksums(world.db);
    const statistics = createStatisticsRepository(world.db);
    expect(await statistics.verify()).toMatchObject({
      different: 0,
      interactions: interactionsOf(once),
    });
    await world.send([...lines.slice(1_500), ...lines.slice(0, 700)].toReversed(), 0);
    await world.send([...lines, ...lines], 1);
    await untilWritten(world, { 0: 3_700, 1: 7_500 });
    expect(await checksums(world.db)).toEqual(once);
    expect(await statistics.verify()).toMatchObject({ different: 0, differences: [] });
  });

  it("tells the change feed what merges to the rows", async () => {
    await using world = await openWorld(2);
    const merged = new Map<string, ReturnType<typeof decodeChanges>[number]>();
    let isListening = false;
    await using _listener = listenChannels(world.databaseUrl, {
      channels: {
        canarec_interactions(payload) {
          for (const change of decodeChanges(payload)) {
            const key = `${change.userId} ${change.movieKey}`;
            const known = merged.get(key);
            merged.set(key, known === undefined ? change : mergeInteraction(known, change));
          }
        },
      },
      onConnected: () => (isListening = true),
    });
    await until("the feed listens", () => isListening);
    const lines = mixedLines(2_000, 2);
    await world.startParser();
    await world.send(lines.slice(0, 1_000), 0);
    await world.send(lines.slice(1_000), 1);
    await untilWritten(world, { 0: 1_000, 1: 1_000 });
    const { rows } = await world.db.pool.query<{ key: string; minute: number; rating: number }>(
      `select user_id || ' ' || movie_key as key, furthest_minute as minute, rating from interactions`,
    );
    await until("all changes are heard", () => merged.size === rows.length);
    for (const { key, minute, rating } of rows)
      expect(merged.get(key)).toMatchObject({ furthestMinute: minute, rating });
  });
});

function interactionsOf(sums: Record<string, string>): number {
  return Number.parseInt(sums["interactions"] ?? "", 10);
}
