import { describe, expect, it } from "vitest";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { createJobRepository } from "@canarec/db-utils/jobs/repository";
import { ensurePartitions } from "@canarec/db-utils/partitions";
import { collectBundles } from "@canarec/db-utils/retention/collect-bundles";
import { DEFAULT_RETENTION, applyRetention } from "@canarec/db-utils/retention/prune";
import { RETENTION_RULES } from "@canarec/db-utils/retention/retention-rules";
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

/** The rule of a table with another number of days. */
const ruleOf = (table: string, days: number) => ({
  ...(RETENTION_RULES.find((rule) => rule.table === table) ?? { table, expired: "false" }),
  days,
});

/** A verdict of release 1 each day, the oldest first; those at the given places (from 0) tell a contrast. */
async function insertVerdicts(db: Database, days: number, contrasts: readonly number[]) {
  await db.pool.query(
    `insert into releases (submitted_at, kind, ref, code, build, plan, plan_hash, actor, source)
     values (now(), 'trial', 'HEAD', repeat('a', 40), 'a', '{}', repeat('a', 64), 'me', 'cli')`,
  );
  await db.pool.query(
    `insert into verdicts (release_id, "window", at, row, kind, action, reason, record)
     select 1, 1, $1::timestamptz - ($2 - i) * interval '1 day', 4, 'continue', 'continue', i,
       case when i = any($3::int[]) then '{"evidence": {"primary": {"difference": {}}}}'::jsonb else '{}' end
     from generate_series(0, $2 - 1) as i`,
    [NOW, days, contrasts],
  );
}

describe("applyRetention", () => {
  it("keeps what is inside the limits and tells what it did", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    await insertRejections(db);
    const rules = [ruleOf("rejected_lines", 6.5), ruleOf("rejection_counts", 2.5)];
    const limits = { ...DEFAULT_RETENTION, rules, rejectedLines: 4, batchRows: 2 };
    const report = await applyRetention(db, NOW, limits);
    expect(report).toMatchObject({
      partitionsDropped: [],
      deleted: { rejected_lines: 3 + 3, rejection_counts: 7 },
    });
    expect(report.partitionsMade.length).toBeGreaterThan(0);
    const stream = createStreamRepository(db);
    const kept = await stream.rejections({ limit: 99 });
    expect(kept.map(({ offset }) => offset)).toEqual([1, 2, 3, 4]);
    const nothing = { partitionsMade: [], partitionsDropped: [], deleted: {} };
    expect(await applyRetention(db, NOW, limits)).toEqual(nothing);
    expect(await applyRetention(db, NOW, DEFAULT_RETENTION)).toEqual(nothing);
  });

  it("leaves to the next run what is too much for one", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    await insertRejections(db);
    const rules = [ruleOf("rejected_lines", 0)];
    const limits = { ...DEFAULT_RETENTION, rules, batchRows: 2, batches: 3 };
    const deleted = async () => (await applyRetention(db, NOW, limits)).deleted;
    expect(await deleted()).toEqual({ rejected_lines: 6 });
    expect(await deleted()).toEqual({ rejected_lines: 3 });
    expect(await deleted()).toEqual({});
  });

  it("keeps the last verdict, and the last that calibration reads", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    await insertVerdicts(db, 6, [0, 2]);
    const limits = { ...DEFAULT_RETENTION, rules: [ruleOf("verdicts", 0)] };
    await applyRetention(db, NOW, limits);
    const { rows } = await db.pool.query("select reason from verdicts order by at");
    expect(rows).toEqual([{ reason: "2" }, { reason: "5" }]);
  });

  it("keeps what is not sent, how each job stands, and the routing that data planes remember", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    await db.pool.query(`
      insert into notices (notice_key, created_at, kind, text, send_after, sent_at) values
        ('sent', '2020-01-01Z', 'a', 'a', now(), now()), ('unsent', '2020-01-01Z', 'a', 'a', now(), null);
      insert into job_runs (started_at, finished_at, job, state) values
        ('2020-01-01Z', now(), 'a', 'failed'), ('2020-01-02Z', now(), 'a', 'succeeded'), ('2020-01-01Z', now(), 'b', 'failed');
      insert into routing_snapshots select i, 1, '2020-01-01Z', null, '{}' from generate_series(1, 103) as i;
      insert into audit_log (at, actor, action, arguments, outcome) values ('2020-01-01Z', 'me', 'pause', '{}', 'done'),
        ('2024-01-01Z', 'me', 'pause', '{}', 'done')`);
    const { deleted } = await applyRetention(db, NOW);
    expect(deleted).toEqual({ notices: 1, job_runs: 1, routing_snapshots: 3, audit_log: 1 });
    const { rows } = await db.pool.query("select min(version) as version from routing_snapshots");
    expect(rows).toEqual([{ version: 4 }]);
  });
});

/** Bundles of one digit each, as old as the days say. */
async function insertBundles(db: Database, daysByDigit: Readonly<Record<string, number>>) {
  for (const [digit, days] of Object.entries(daysByDigit)) {
    await db.pool.query(
      `insert into bundles (bundle_id, created_at, bytes, schema_version, collection, watermark, manifest, state)
       values (repeat($1, 64), $2, 5, 1, 'c', '{}', '{}', 'complete')`,
      [digit, new Date(NOW.getTime() - days * 86_400_000)],
    );
  }
}

async function insertRelease(db: Database, digit: string, state: string, promotedAt: Date | null) {
  await db.pool.query(
    `with made as (
       insert into releases (submitted_at, kind, ref, code, build, plan, plan_hash, actor, source, bundle_id)
       values (now(), 'trial', 'HEAD', repeat('a', 40), 'a', '{"rollbackWindowSeconds": 3600}', repeat('a', 64), 'me', 'cli',
         repeat($1, 64)) returning release_id)
     insert into rollouts (release_id, state, detail, sequence, updated_at)
     select release_id, $2, jsonb_build_object('promotedAtMs', $3::float8), 1, now() from made`,
    [digit, state, promotedAt?.getTime() ?? null],
  );
}

describe("collectBundles", () => {
  it("reads what releases, replicas, answers and training need, and removes the rest", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    await insertBundles(db, { a: 9, b: 8, c: 7, d: 6, e: 5, f: 4, 0: 3, 1: 0.5 });
    const [lately, before] = [new Date(NOW.getTime() - 1_800_000), new Date(0)];
    await insertRelease(db, "a", "promoted", before); // the way back
    await insertRelease(db, "b", "promoted", lately);
    await insertRelease(db, "c", "queued", null);
    await insertRelease(db, "d", "rolled-back", null); // still running
    await ensurePartitions(db, new Date());
    await db.pool.query(`
      insert into replicas (name, release_id, runtime, state, started_at) values ('r4-1', 4, 'process', 'draining', now()),
        ('r3-1', 3, 'process', 'stopped', now());
      insert into training_runs (started_at, finished_at, seed, code, state, bundle_id, data_hash, parameters)
        values (now(), now(), 1, 'x', 'succeeded', repeat('e', 64), repeat('a', 64), '{}');
      insert into exposures (user_id, answered_at, status, latency_us, personalised, pinned, request_id, assigned, served, reason,
          bundle, attempts, list)
        values (1, now(), 200, 1, true, false, 'r', 'main', 'main', 'ok', repeat('f', 64), '[]', '{}')`);
    const limits = { newest: 0, mains: 1, trained: 9, leastAgeMs: 86_400_000 };
    const collect = (dryRun: boolean) => collectBundles(db, { now: NOW, dryRun, limits });
    const dry = await collect(true);
    expect(dry.removed.map(({ bundleId }) => bundleId[0])).toEqual(["0"]);
    expect(
      Object.fromEntries(dry.kept.map(({ bundleId, reasons }) => [bundleId[0], reasons])),
    ).toEqual({
      ...{ a: ["way-back"], b: ["main"], c: ["under-way"], d: ["served"] },
      ...{ e: ["trained"], f: ["served"], 1: ["young"] },
    });
    const idsLeft = async () =>
      (
        await db.pool.query<{ id: string }>(
          "select left(bundle_id, 1) as id from bundles order by 1",
        )
      ).rows
        .map(({ id }) => id)
        .join("");
    expect(await idsLeft()).toBe("01abcdef");
    expect(await collect(false)).toEqual(dry);
    expect(await idsLeft()).toBe("1abcdef");
    expect((await collect(false)).removed).toEqual([]);
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
