import { describe, expect, it } from "vitest";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { createJobRepository } from "@canarec/db-utils/jobs/repository";
import { DEFAULT_RETENTION, applyRetention } from "@canarec/db-utils/retention/prune";
import { createStreamRepository } from "@canarec/db-utils/stream/repository";
import { freshDatabase } from "../../servers.ts";

const NOW = new Date("2024-03-01T12:00:00Z");

/** One line a day for ten days, at offsets 1 (today) … 10, in turn `bad_time` and `bad_user`. */
async function insertRejections(db: Database): Promise<void> {
  await db.pool.query(
    `insert into rejected_lines (topic, partition, "offset", received_at, reason, raw, raw_bytes)
     select 'movielog', 0, i, $1::timestamptz - (i - 1) * interval '1 day',
       case i % 2 when 1 then 'bad_time' else 'bad_user' end, '\\xff00', 2
     from generate_series(1, 10) as i`,
    [NOW],
  );
  await db.pool.query(
    `insert into rejection_counts (topic, partition, hour, reason, lines)
     select topic, partition, date_bin('1 hour', received_at, '2000-01-01Z'), reason, 1 from rejected_lines`,
  );
}

const insertBundle = (db: Database, digit: string, day: number, state = "complete") =>
  db.pool.query(
    `insert into bundles (bundle_id, created_at, bytes, schema_version, collection, watermark, manifest, state)
     values (repeat($1, 64), $2, 0, 1, 'c', '{}', '{}', $3)`,
    [digit, new Date(NOW.getTime() - day * 86_400_000), state],
  );

describe("StreamRepository", () => {
  it("tells how far the stream is written and what was rejected why", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    await insertRejections(db);
    await db.pool.query(
      "insert into stream_offsets values ('movielog', 1, 5, 'x', $1, 5), ('movielog', 0, 9, 'y', $1, 9), ('other', 0, 1, 'z', $1, 1)",
      [NOW],
    );
    const stream = createStreamRepository(db);
    expect(await stream.positions("movielog")).toMatchObject([
      { partition: 0, nextOffset: 9, linesTotal: 9, highEventAt: NOW },
      { partition: 1, nextOffset: 5 },
    ]);
    expect(await stream.positions()).toHaveLength(3);
    expect(await stream.rejections({ limit: 1 })).toEqual([
      {
        topic: "movielog",
        partition: 0,
        offset: 1,
        receivedAt: NOW,
        reason: "bad_time",
        raw: Buffer.from([0xff, 0]),
        rawBytes: 2,
      },
    ]);
    const users = await stream.rejections({ reason: "bad_user", limit: 99 });
    expect(users.map(({ offset }) => offset)).toEqual([2, 4, 6, 8, 10]);
    const since = new Date("2024-02-28T12:59:00Z");
    expect(await stream.rejectionsByReason(since)).toEqual([
      { reason: "bad_time", lines: 2 },
      { reason: "bad_user", lines: 1 },
    ]);
    expect(await stream.rejectionsByHour(NOW)).toEqual([
      { hour: NOW, reason: "bad_time", lines: 1 },
    ]);
  });
});

describe("applyRetention", () => {
  it("keeps what is inside the limits and tells what it did", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    await insertRejections(db);
    for (const [digit, day] of [
      ["a", 5],
      ["b", 4],
      ["c", 3],
      ["d", 2],
    ] as const) {
      await insertBundle(db, digit, day);
    }
    await insertBundle(db, "e", 9, "building");
    await db.pool.query("update bundles set pinned = true where bundle_id = repeat('a', 64)");
    const limits = { rejectedDays: 6.5, rejectedLines: 4, diaryDays: 2.5, bundles: 2 };
    const report = await applyRetention(db, NOW, limits);
    expect(report).toMatchObject({
      partitionsDropped: [],
      rejectedLines: 3 + 3,
      rejectionCounts: 7,
      bundles: ["b".repeat(64)],
    });
    expect(report.partitionsMade.length).toBeGreaterThan(0);
    const stream = createStreamRepository(db);
    const kept = await stream.rejections({ limit: 99 });
    expect(kept.map(({ offset }) => offset)).toEqual([1, 2, 3, 4]);
    const again = await applyRetention(db, NOW, limits);
    expect(again).toEqual({
      partitionsMade: [],
      partitionsDropped: [],
      rejectedLines: 0,
      rejectionCounts: 0,
      jobRuns: 0,
      bundles: [],
    });
    await applyRetention(db, NOW, DEFAULT_RETENTION);
  });

  it("keeps what the operators have not been told yet, however old, and troubles that last", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    const old = new Date(NOW.getTime() - 100 * 86_400_000);
    await db.pool.query(
      `insert into notices (notice_key, created_at, kind, text, send_after, sent_at)
       values ('told', $1, 'job', '', $1, $1), ('waits', $1, 'job', '', $1, null)`,
      [old],
    );
    await db.pool.query(
      "insert into troubles values ('over', $1, $1, ''), ('lasts', $1, null, '')",
      [old],
    );
    await applyRetention(db, NOW);
    const { rows } = await db.pool.query<{ name: string }>(
      "select notice_key as name from notices union all select trouble from troubles",
    );
    expect(rows.map(({ name }) => name).sort()).toEqual(["lasts", "waits"]);
  });
});

describe("JobRepository", () => {
  it("keeps a diary in which a run ends once", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    const jobs = createJobRepository(db);
    const first = await jobs.begin("retention", NOW);
    const second = await jobs.begin("retention", new Date(NOW.getTime() + 1));
    await jobs.end(first, { state: "succeeded", finishedAt: NOW, detail: { dropped: 2 } });
    await jobs.end(first, { state: "failed", finishedAt: NOW, detail: "late" });
    const run = { job: "retention", startedAt: NOW, finishedAt: NOW };
    expect(await jobs.list("retention", 9)).toEqual([
      expect.objectContaining({ runKey: second, state: "running", finishedAt: null }),
      { ...run, runKey: first, state: "succeeded", detail: { dropped: 2 } },
    ]);
  });
});
