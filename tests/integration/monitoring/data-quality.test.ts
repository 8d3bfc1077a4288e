import { type Database, openDatabase } from "@canarec/db-utils/database";
import { dailyLines, dailyRatings } from "@canarec/db-utils/observation/daily-counts";
import { ensurePartitions } from "@canarec/db-utils/partitions";
import { DATA_CHECKS } from "@canarec/monitoring/data-quality/check-data";
import { observeDataQuality } from "@canarec/monitoring/observation/observe-data-quality";
import type { Sample } from "@canarec/monitoring/observation/observed-gauges";
import { describe, expect, it } from "vitest";
import { freshDatabase } from "../../servers.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = Date.now();
/** Where the newest day ends. */
const END = new Date(Math.floor((NOW_MS - 600_000) / HOUR_MS) * HOUR_MS);

/** A moment of each of 15 days, `n` of them with a number i: $1 is the end, day 0 the newest. */
const daysOf = (n: number) =>
  `from generate_series(0, 14) as day, generate_series(1, ${n}) as i,
     lateral (select $1::timestamptz - day * interval '24 hours' - interval '5 hours' as at) moment`;

/** 600 watch lines, 300 ratings, 100 recommendations and 4 rejected lines a day; 40 movies of a catalogue that was there. */
async function insertDays({ pool }: Database) {
  for (const sql of [
    `insert into movies (movie_id, title, year, overview, language, runtime_minutes, poster_path, source,
       metadata_state, first_seen_at)
     select 'm' || day || '-' || i, 'title', 1999, 'text', 'en', 90, '/p', 'demo', 'known', at ${daysOf(40)}`,
    `insert into movies (movie_id, source, first_seen_at)
     select 'old-' || i, 'stream', $1::timestamptz - interval '99 days' from generate_series(1, 2000) as i`,
    "insert into genres (name) values ('Drama')",
    "insert into people (name) values ('Somebody')",
    "insert into movie_genres select movie_key, 1, 0 from movies where title is not null",
    "insert into movie_people select movie_key, 1, 'cast', 0 from movies where title is not null",
    "insert into users (user_id) select generate_series(1, 300)",
    `insert into interactions (user_id, movie_key, rating_raw, rating, rated_at)
     select i, day + 1, (i % 10 + 1) / 2.0, (i % 10 + 1) / 10.0, at ${daysOf(300)}`,
    `insert into watches (user_id, hour, movie_key, first_minute, last_minute)
     select i, at, 1, 0, 9 ${daysOf(60)} where day < 7`,
    `insert into platform_answers (user_id, answered_at, status, ms, line_hash, server, list)
     select i, at, 200, 50, '\\x0001020304050607', 'canarec:8082', '{}' ${daysOf(100)} where day < 7`,
    `insert into rejection_counts select 'movielog', 0, at, 'bad_time', 4 ${daysOf(1)}`,
  ]) {
    await pool.query(sql, sql.includes("$1") ? [END] : []);
  }
}

/** Since the last 24 hours: one rating for all, no posters, no people, and one line in nine is rejected. */
async function spoilNewestDay({ pool }: Database) {
  for (const sql of [
    "update interactions set rating_raw = 0.5, rating = 0.1 where rated_at > $1::timestamptz - interval '24 hours'",
    "update movies set poster_path = null where first_seen_at > $1::timestamptz - interval '24 hours'",
    `delete from movie_people where movie_key in (
       select movie_key from movies where first_seen_at > $1::timestamptz - interval '24 hours')`,
    `update rejection_counts set lines = 125 where hour > $1::timestamptz - interval '24 hours'`,
  ]) {
    await pool.query(sql, [END]);
  }
}

const of = (samples: readonly Sample[], name: string) =>
  new Map(
    samples
      .filter((one) => one.name === `canarec_data_quality_${name}`)
      .map(({ labels, value }) => [labels?.["check"] ?? "", value]),
  );

describe("data quality", () => {
  it("is told of each input by its own history, and not without one", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    await ensurePartitions(db, new Date(NOW_MS));
    const observer = observeDataQuality(db, () => NOW_MS);
    expect(await observer.look()).toEqual([
      { name: "canarec_data_quality_last_run_timestamp_seconds", value: NOW_MS / 1_000 },
    ]);

    await insertDays(db);
    const usual = await observer.look();
    // 4 rejected lines a day have no mix that tells anything.
    const told = DATA_CHECKS.filter((check) => check !== "rejection_reasons");
    expect(Object.fromEntries(of(usual, "breach"))).toEqual(
      Object.fromEntries(told.map((check) => [check, 0])),
    );
    const values = of(usual, "value");
    expect(of(usual, "samples").get("lines_watch")).toBe(1_004);
    expect(values.get("lines_watch")).toBeCloseTo(600 / 1_004, 9);
    expect(values.get("lines_rating")).toBeCloseTo(300 / 1_004, 9);
    expect(values.get("lines_recommendation")).toBeCloseTo(100 / 1_004, 9);
    expect(values.get("metadata_people")).toBe(1);
    expect(values.get("catalogue_growth")).toBeCloseTo(40 / 2_600, 9);
    expect(values.get("rating_mix")).toBeCloseTo(0, 2);

    await db.pool.query("analyze interactions");
    const span = { end: END, days: 15, mostRows: 2_250 };
    const drawn = await dailyRatings(db.pool, span);
    // Of 4,500 rows each of half the blocks, which stands for two.
    expect(drawn.length).toBeGreaterThan(0);
    expect(drawn.filter(({ count }) => count % 2 !== 0)).toEqual([]);
    const total = (counts: typeof drawn) =>
      counts.map(({ count }) => count).reduce((a, b) => a + b);
    const lines = await dailyLines(db.pool, span);
    expect(total(lines.filter(({ kind }) => kind === "rating"))).toBe(total(drawn));

    await spoilNewestDay(db);
    const breach = of(await observer.look(), "breach");
    expect([...breach].filter(([, is]) => is === 1).map(([check]) => check)).toEqual([
      ...["lines_watch", "lines_rejected", "rating_mix"],
      ...["metadata_poster", "metadata_people"],
    ]);
  });
});
