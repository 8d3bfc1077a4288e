import { type Database, openDatabase } from "@canarec/db-utils/database";
import { assignTrack } from "@canarec/load-balancer/assignment/assign-track";
import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import type { Rollout } from "@canarec/load-balancer/rollout/rollout";
import { standard } from "@canarec/monitoring/analysis/inputs-fixture";
import type { VerdictRecord } from "@canarec/monitoring/analysis/judge";
import { replayVerdict } from "@canarec/monitoring/analysis/replay";
import { type JudgeRules, runJudge } from "@canarec/monitoring/judge/run-judge";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../servers.ts";
import {
  EVALUATION_SNAPSHOT,
  type Visit,
  type Watch,
  advanceSources,
  beginRelease,
  writeVisits,
  writeWatches,
} from "./traffic.ts";

const MINUTE_MS = 60_000;
const START = new Date(Date.now() - 3 * 3_600_000);
const START_MS = Math.floor(START.getTime() / MINUTE_MS) * MINUTE_MS;

/** 10 minutes of evaluation, a window of 2 minutes, 10 strata judged. */
const plan: ReleasePlan = {
  ...standard,
  attributionSeconds: 120,
  evaluation: { ...standard.evaluation, seconds: 600, extensionSeconds: 600 },
  minimumUsers: 100,
};
const rules: JudgeRules = {
  deadlineMs: 600,
  streamTopic: "movielog",
  exposureTopic: "canarec-exposures",
  budgetMs: 60_000,
};

let fresh: FreshDatabase;
let db: Database;
let rollout: Rollout;
beforeEach(async () => {
  fresh = await freshDatabase();
  db = await openDatabase(fresh.url);
  rollout = await beginRelease(db, plan, new Date(START_MS));
});
afterEach(async () => {
  await db[Symbol.asyncDispose]();
  await fresh[Symbol.asyncDispose]();
});

const at = (minutes: number) => new Date(START_MS + minutes * MINUTE_MS);
const trackOf = (userId: number) => assignTrack(rollout.salt, userId, 0.5);

/** Users who come once each, evenly over the minutes from the start. */
function visitsOf(
  users: number,
  minutes: number,
  change: (userId: number) => Partial<Visit> = () => ({}),
): Visit[] {
  return Array.from({ length: users }, (_, i) => ({
    userId: i + 1,
    atMs: START_MS + Math.floor((i * minutes * MINUTE_MS) / users),
    ...change(i + 1),
  }));
}

/** The watching of users who like what they see in some share, by track. */
function watchesOf(visits: readonly Visit[], share: Record<"main" | "nightly", number>): Watch[] {
  return visits
    .filter(({ userId }) => ((userId * 7_919) % 1_000) / 1_000 < share[trackOf(userId)])
    .map(({ userId, atMs }) => ({ userId, atMs: atMs + 30_000 }));
}

async function judgeAt(minutes: number): Promise<VerdictRecord> {
  await advanceSources(db, at(minutes));
  const pass = await runJudge(db, rules, at(minutes));
  expect(pass?.done).toBe(true);
  const { rows } = await db.pool.query<{ record: VerdictRecord }>(
    "select record from verdicts order by at desc limit 1",
  );
  const record = rows[0]?.record;
  if (record === undefined) throw new Error("no verdict");
  return record;
}

const sums = async () => {
  const { rows } = await db.pool.query<{
    track: string;
    hour: number;
    metric: string;
    sums: unknown;
  }>("select track, hour, metric, sums from analysis_sums order by 1, 2, 3");
  return rows;
};
const counts = async () => {
  const { rows } = await db.pool.query<{ counts: unknown }>(
    `select minute, "window", track, step, counts from exposure_minutes order by 1, 2, 3, 4`,
  );
  return rows;
};

/** A number that follows from the index alone, to shuffle by. */
const mixed = (index: number) => (index * 2_654_435_761) % 4_294_967_296;
const shuffled = <T>(values: readonly T[]): T[] =>
  values
    .map((value, i) => ({ value, key: mixed(i) }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ value }) => value);

describe("the judge", () => {
  it("continues with two equal builds and counts what was watched", async () => {
    const visits = visitsOf(2_000, 8);
    await writeVisits(db, rollout, visits);
    await writeWatches(db, watchesOf(visits, { main: 0.3, nightly: 0.3 }));
    const record = await judgeAt(9);
    expect(record.verdict).toMatchObject({ row: 4, action: "continue" });
    const { primary, platformLogsAnswers } = record.evidence;
    expect(platformLogsAnswers).toBe(true);
    // Mature are those of the first 6.5 minutes: 9 less the window of 2 and the half minute for late events.
    expect(primary.users.main + primary.users.nightly).toBeCloseTo(1_625, -1);
    expect(primary.difference?.main).toBeCloseTo(0.3, 1);
    expect(replayVerdict(record).same).toBe(true);
  });

  it("decides at the look, for a better build", async () => {
    const visits = visitsOf(4_000, 8);
    await writeVisits(db, rollout, visits);
    await writeWatches(db, watchesOf(visits, { main: 0.2, nightly: 0.35 }));
    expect((await judgeAt(9.9)).verdict.row).toBe(4);
    const record = await judgeAt(10.1);
    expect(record.evidence.guardrails.filter(({ state }) => state === "failed")).toEqual([]);
    expect(record.evidence.primary.success).toBe("superior");
    expect((await judgeAt(10.9)).evidence.primary).toEqual(record.evidence.primary);
  });

  it("finds harm in what users watch long before the look", async () => {
    const visits = visitsOf(3_000, 5);
    await writeVisits(db, rollout, visits);
    await writeWatches(db, watchesOf(visits, { main: 0.4, nightly: 0.15 }));
    const { verdict } = await judgeAt(6);
    expect(verdict).toMatchObject({ row: 1, kind: "fail", action: "roll-back" });
    expect(verdict.reason).toContain("watched_share");
  });

  it("finds 1 % of errors on first attempts, though a retry answered all of them", async () => {
    const visits = visitsOf(30_000, 6, (userId) => ({
      failed: mixed(userId) % 1_000 < (trackOf(userId) === "nightly" ? 10 : 1),
    }));
    await writeVisits(db, rollout, visits);
    const { verdict } = await judgeAt(6);
    expect(verdict).toMatchObject({ row: 1, action: "roll-back" });
    expect(verdict.reason).toContain("failed requests");
  });

  it("finds that users do not come in the declared ratio", async () => {
    const visits = visitsOf(6_000, 5).filter(
      ({ userId }) => trackOf(userId) === "main" || userId % 4 !== 0,
    );
    await writeVisits(db, rollout, visits);
    expect((await judgeAt(5)).verdict).toMatchObject({ row: 3, kind: "invalid", action: "hold" });
  });

  it("finds users on both tracks under one snapshot, and takes a change of snapshot for none", async () => {
    const visits = visitsOf(300, 2);
    const other = (userId: number): "main" | "nightly" =>
      trackOf(userId) === "main" ? "nightly" : "main";
    const later = (snapshotVersion: number) =>
      visits.slice(0, 6).map((visit) => ({
        ...visit,
        atMs: visit.atMs + 2 * MINUTE_MS,
        assigned: other(visit.userId),
        snapshotVersion,
      }));
    await writeVisits(db, rollout, [...visits, ...later(EVALUATION_SNAPSHOT + 1)]);
    expect((await judgeAt(4.1)).inputs.crossOver).toEqual({ users: 300, crossed: 0 });
    await writeVisits(
      db,
      rollout,
      later(EVALUATION_SNAPSHOT).map((visit) => ({ ...visit, atMs: visit.atMs + 1_000 })),
    );
    const record = await judgeAt(4.3);
    expect(record.inputs.crossOver).toEqual({ users: 300, crossed: 6 });
    expect(record.verdict).toMatchObject({ row: 3, kind: "invalid" });
  });

  it("holds while a source is stale, and says how it goes on", async () => {
    await writeVisits(db, rollout, visitsOf(500, 2));
    await advanceSources(db, at(2));
    await runJudge(db, rules, at(4.1));
    await runJudge(db, rules, at(4.2));
    expect((await judgeAt(4.3)).verdict.row).toBe(4);
    const { rows } = await db.pool.query("select kind, action from verdicts order by at");
    expect(rows).toEqual([
      { kind: "no-data", action: "hold" },
      { kind: "no-data", action: "hold" },
      { kind: "continue", action: "continue" },
    ]);
  });

  it("does not count a list that the platform did not show, unless it logs none at all", async () => {
    const visits = visitsOf(400, 2, (userId) => ({ unconfirmed: userId % 2 === 0 }));
    await writeVisits(db, rollout, visits);
    await writeWatches(db, watchesOf(visits, { main: 1, nightly: 1 }));
    const record = await judgeAt(5);
    const { main, nightly } = record.inputs.totals.watched_share;
    expect([Number(main.n) + Number(nightly.n), Number(main.s) + Number(nightly.s)]).toEqual([
      400, 200,
    ]);
    await db.pool.query("truncate analysis_users, analysis_sums, platform_answers, verdicts");
    await writeVisits(db, rollout, []);
    await db.pool.query(
      "insert into analysis_marks (minute) select generate_series($1::timestamptz, $2, '1 min')",
      [at(0), at(3)],
    );
    const silent = await judgeAt(5.5);
    expect(silent.evidence.platformLogsAnswers).toBe(false);
    const all = silent.inputs.totals.watched_share;
    expect(Number(all.main.s) + Number(all.nightly.s)).toBe(400);
  });

  it("gives the same whatever the order in which rows come, how often, and how runs are cut", async () => {
    const visits = visitsOf(900, 3).flatMap((visit) => [
      visit,
      { ...visit, atMs: visit.atMs + 41_000 },
    ]);
    const watches = watchesOf(
      visits.filter((_, i) => i % 2 === 0),
      { main: 0.3, nightly: 0.5 },
    );
    await writeVisits(db, rollout, visits);
    await writeWatches(db, watches);
    const expected = await judgeAt(7);
    const [expectedSums, expectedCounts] = [await sums(), await counts()];
    expect(expectedSums.length).toBeGreaterThan(0);

    await db.pool.query(
      `truncate exposures, platform_answers, interactions, watches, analysis_users, analysis_sums,
       exposure_minutes, analysis_marks, verdicts`,
    );
    await writeWatches(db, shuffled(watches));
    const parts = shuffled(visits);
    for (let i = 0; i < parts.length; i += 300) {
      await writeVisits(db, rollout, parts.slice(i, i + 400)); // a hundred of each part come twice
      await advanceSources(db, at(1));
      await runJudge(db, { ...rules, budgetMs: i % 600 === 0 ? 0 : 60_000 }, at(1));
    }
    await Promise.all([runJudge(db, rules, at(1)), runJudge(db, rules, at(1))]);
    const record = await judgeAt(7);
    expect(await sums()).toEqual(expectedSums);
    expect(await counts()).toEqual(expectedCounts);
    expect(record.evidence.primary).toEqual(expected.evidence.primary);
    await runJudge(db, rules, at(7));
    expect(await sums()).toEqual(expectedSums);
  });

  it("leaves pinned users out, and begins anew in a new window", async () => {
    await writeVisits(db, rollout, visitsOf(200, 2));
    await db.pool.query("update exposures set pinned = true where user_id <= 50");
    expect((await judgeAt(4)).inputs.crossOver.users).toBe(150);
    const next: Rollout = {
      ...rollout,
      window: 2,
      salt: "another",
      windowStartedAtMs: at(5).getTime(),
      evaluationSnapshotVersion: 20,
    };
    await db.pool.query(`update rollouts set "window" = 2, detail = $1`, [JSON.stringify(next)]);
    const visits = visitsOf(80, 1, () => ({ snapshotVersion: 20 })).map((visit) => ({
      ...visit,
      atMs: visit.atMs + 5 * MINUTE_MS,
    }));
    await writeVisits(db, next, visits);
    const record = await judgeAt(8);
    expect(record.verdict.window).toBe(2);
    expect(record.inputs.crossOver.users).toBe(80);
    // The kill tests go on over all windows.
    const { main, nightly } = record.inputs.rare.errors;
    expect(main.users + nightly.users).toBe(230);
  });
});
