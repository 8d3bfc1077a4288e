import type { Database } from "@canarec/db-utils/database";
import { PROBE_USER_ID } from "@canarec/db-utils/users/probe-user";
import { observeAvailability } from "@canarec/monitoring/observation/observe-availability";
import { observeJobs } from "@canarec/monitoring/observation/observe-jobs";
import { observeLists } from "@canarec/monitoring/observation/observe-lists";
import {
  observeDisk,
  observeServer,
  observeTables,
} from "@canarec/monitoring/observation/observe-server";
import { observeReleases } from "@canarec/monitoring/observation/observe-releases";
import type { Sample } from "@canarec/monitoring/observation/observed-gauges";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PartitionedDatabase, partitionedDatabase } from "../../partitioned-database.ts";

const MINUTE_MS = 60_000;
const NOW_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS + 30_000;

let fresh: PartitionedDatabase;
let db: Database;
beforeAll(async () => {
  fresh = await partitionedDatabase();
  db = fresh.db;
});
afterAll(() => fresh[Symbol.asyncDispose]());

const of = (samples: readonly Sample[], name: string, labels: Record<string, string> = {}) =>
  samples.find(
    (one) =>
      one.name === name &&
      Object.entries(labels).every(([label, value]) => one.labels?.[label] === value),
  )?.value;

/** One answer so many minutes ago, as both sources have it. */
interface Answered {
  readonly minutesAgo: number;
  readonly status?: number;
  readonly ms?: number;
  readonly userId?: number;
  readonly reason?: string;
  readonly list?: readonly string[];
}

let written = 0;

async function platformSays({ minutesAgo, status = 200, ms = 50, userId = 1 }: Answered) {
  await db.pool.query(
    `insert into platform_answers (user_id, answered_at, status, ms, line_hash, server, list)
     values ($1, $2, $3, $4, decode(lpad(to_hex($5::int), 16, '0'), 'hex'), 'canarec:8082', '{}')`,
    [userId, new Date(NOW_MS - minutesAgo * MINUTE_MS), status, ms, (written += 1)],
  );
}

async function weSay({ minutesAgo, reason = "ok", list = ["a"], ...answer }: Answered) {
  const { status = 200, ms = 50, userId = 1 } = answer;
  await db.pool.query(
    `insert into exposures (user_id, answered_at, status, latency_us, personalised, pinned, request_id, assigned, served,
       reason, attempts, list) values ($1, $2, $3, $4, true, false, $5, 'main', 'main', $6, '[]', $7)`,
    [
      ...[userId, new Date(NOW_MS - minutesAgo * MINUTE_MS), status, ms * 1_000],
      ...[`request-${(written += 1)}`, reason, list],
    ],
  );
}

describe("availability", () => {
  it("is told as both sides have it, with the difference, and takes late lines in", async () => {
    const observer = observeAvailability(db, 600, () => NOW_MS);
    expect(await observer.look()).toEqual([]);
    for (let n = 0; n < 8; n += 1) await platformSays({ minutesAgo: 3, userId: n + 1 });
    await platformSays({ minutesAgo: 3, status: 0, ms: 700 });
    await platformSays({ minutesAgo: 3, ms: 650 });
    for (let n = 0; n < 10; n += 1) await weSay({ minutesAgo: 3, userId: n + 1 });
    await weSay({ minutesAgo: 3, status: 499, reason: "client_closed", list: [] });
    await weSay({ minutesAgo: 3, userId: PROBE_USER_ID, status: 503, reason: "unanswered" });
    // Of the minute that is not over, and of an hour ago.
    await weSay({ minutesAgo: 0, status: 503, reason: "unanswered" });
    await platformSays({ minutesAgo: 50, status: 0 });

    const samples = await observer.look();
    const platform = { source: "platform", window: "5m" };
    expect(of(samples, "canarec_availability_answers", platform)).toBe(10);
    expect(of(samples, "canarec_availability_ratio", platform)).toBeCloseTo(0.9, 9);
    expect(of(samples, "canarec_on_time_ratio", platform)).toBeCloseTo(0.8, 9);
    const own = { source: "own", window: "5m" };
    expect(of(samples, "canarec_availability_answers", own)).toBe(10);
    expect(of(samples, "canarec_availability_ratio", own)).toBe(1);
    const difference = "canarec_availability_difference_ratio";
    expect(of(samples, difference, { window: "5m" })).toBeCloseTo(0.1, 9);

    await platformSays({ minutesAgo: 4, status: 0, userId: 77 });
    const later = await observer.look();
    expect(of(later, "canarec_availability_answers", platform)).toBe(11);
    // An hour ago was read by nobody yet: what comes so late is not counted any more.
    expect(of(later, "canarec_availability_answers", { ...platform, window: "1h" })).toBe(11);
    const anew = await observeAvailability(db, 600, () => NOW_MS).look();
    expect(of(anew, "canarec_availability_answers", { ...platform, window: "1h" })).toBe(12);
  });
});

describe("what was served", () => {
  it("is told by coverage, novelty, length and how personal it is", async () => {
    await db.pool.query("delete from exposures");
    await db.pool.query(
      `insert into movies (movie_id, title, source, metadata_state)
       select id, id, 'demo', 'known' from unnest(array['a', 'b', 'c', 'd']) as id`,
    );
    await db.pool.query("insert into users (user_id) select generate_series(1, 3)");
    await db.pool.query(
      `insert into movie_statistics (movie_key, watchers)
       select movie_key, 3 from movies where movie_id = 'a'`,
    );
    await weSay({ minutesAgo: 2, list: ["a", "b"] });
    await weSay({ minutesAgo: 2, list: ["a"], userId: 2 });
    const samples = await observeLists(db, () => NOW_MS).look();
    const main = { track: "main" };
    expect(of(samples, "canarec_served_movies", main)).toBe(2);
    expect(of(samples, "canarec_served_coverage_ratio", main)).toBe(0.5);
    expect(of(samples, "canarec_served_list_length_movies", main)).toBe(1.5);
    expect(of(samples, "canarec_served_personalised_ratio", main)).toBe(1);
    // a: log2(4 / 4) = 0 at two places; b, which nobody watched: log2(4 / 1) = 2 at one.
    expect(of(samples, "canarec_served_novelty_bits", main)).toBeCloseTo(2 / 3, 9);
  });
});

describe("jobs", () => {
  it("are told by how their last run ended, whichever process ran them", async () => {
    const names = ["good", "bad", "cut-off", "running", "never"];
    await db.pool.query(
      `insert into job_runs (job, started_at, finished_at, state, detail) values
       ('good', now() - interval '2 h', now(), 'failed', '{"reason": "x"}'),
       ('good', now() - interval '1 h', now(), 'succeeded', '[]'),
       ('bad', '2026-01-02T03:00:00Z', '2026-01-02T03:04:05Z', 'succeeded', '{}'),
       ('bad', '2026-01-01T00:00:00Z', '2026-01-01T00:00:09Z', 'succeeded', '{}'),
       ('bad', now(), now(), 'failed', '{"reason": "x"}'),
       ('cut-off', now() - interval '1 h', now(), 'succeeded', '{}'),
       ('cut-off', now(), now(), 'failed', '{"reason": "x", "interrupted": true}'),
       ('running', now(), null, 'running', null), ('gone', now(), now(), 'failed', '{}')`,
    );
    const jobs = names.map((name) => ({ name, schedule: "7 * * * *", limitMs: 90_000 }));
    const samples = await observeJobs(db, jobs).look();
    const told = (name: string) =>
      names.map((job) => of(samples, `canarec_job_${name}`, { job }) ?? NaN);
    expect(told("last_failed")).toEqual([0, 1, 0, NaN, NaN]);
    expect(told("running")).toEqual([0, 0, 0, 1, NaN]);
    expect(of(samples, "canarec_job_last_failed", { job: "gone" })).toBeUndefined();
    const succeeded = told("last_success_timestamp_seconds");
    expect(succeeded[1]).toBe(Date.parse("2026-01-02T03:04:05Z") / 1_000);
    expect(succeeded.slice(3)).toEqual([NaN, NaN]);
    expect(told("interval_seconds")).toEqual(names.map(() => 3_600));
    expect(told("limit_seconds")).toEqual(names.map(() => 90));
  });
});

describe("servers, disk and releases", () => {
  it("are told as they are, and nothing is told of a release that is not there", async () => {
    const server = await observeServer(db).look();
    expect(of(server, "canarec_database_size_bytes")).toBeGreaterThan(1_000_000);
    const connections = of(server, "canarec_database_server_connections") ?? 0;
    expect(connections).toBeGreaterThan(0);
    expect(of(server, "canarec_database_server_connections_limit")).toBeGreaterThan(connections);
    const tables = await observeTables(db).look();
    for (const table of ["exposures", "movies", "interactions"]) {
      expect(of(tables, "canarec_database_table_bytes", { table })).toBeGreaterThan(0);
    }
    const disk = await observeDisk(".").look();
    const free = of(disk, "canarec_disk_free_bytes") ?? NaN;
    expect(free).toBeGreaterThan(0);
    expect(of(disk, "canarec_disk_size_bytes")).toBeGreaterThanOrEqual(free);
    expect(await observeReleases(db).look()).toEqual([]);
  });
});
