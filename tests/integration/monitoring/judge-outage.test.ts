import { openDatabase } from "@canarec/db-utils/database";
import { migrate } from "@canarec/db-utils/migrations";
import { startPostgres } from "@canarec/local-cluster/postgres";
import { forecastRelease } from "@canarec/monitoring/judge/forecast-release";
import { standard } from "@canarec/monitoring/analysis/inputs-fixture";
import { createJudgeMetrics } from "@canarec/monitoring/judge/metrics";
import { startJudge } from "@canarec/monitoring/judge/start-judge";
import { createRegistry } from "@canarec/service-kit/metrics";
import { describe, expect, it } from "vitest";
import { freshDatabase, temporaryFolder } from "../../servers.ts";
import { logLines, until } from "./log-lines.ts";
import { type Visit, advanceSources, beginRelease, writeVisits, writeWatches } from "./traffic.ts";

const MINUTE_MS = 60_000;
const rules = {
  deadlineMs: 600,
  streamTopic: "movielog",
  exposureTopic: "canarec-exposures",
  budgetMs: 60_000,
};

describe("the running judge", () => {
  it("goes on after Postgres was away, and an outage fails nobody", async () => {
    using folder = temporaryFolder();
    const startMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 10 * MINUTE_MS;
    const first = await startPostgres({ home: folder.path });
    const { url } = first;
    await using db = await openDatabase(url, { onIdleError: () => undefined });
    await migrate(db);
    const plan = {
      ...standard,
      attributionSeconds: 60,
      evaluation: { ...standard.evaluation, seconds: 1_800 },
    };
    const rollout = await beginRelease(db, plan, new Date(startMs));
    const visits = Array.from({ length: 300 }, (_, i): Visit => ({
      userId: i,
      atMs: startMs + i * 1_000,
    }));
    await writeVisits(db, rollout, visits);
    await advanceSources(db, new Date());
    const { log, lines } = logLines();
    await using judge = startJudge({
      ...{ db, rules, log },
      metrics: createJudgeMetrics(createRegistry("test")),
      now: () => new Date(),
    });
    const verdicts = async () => {
      const { rows } = await db.pool.query<{ action: string }>(
        "select action from verdicts order by at",
      );
      return rows.map(({ action }) => action);
    };
    await until(async () => (await verdicts()).length > 0);
    await first[Symbol.asyncDispose]();
    await until(() => !judge.works());
    await using _again = await startPostgres({
      home: folder.path,
      port: Number(new URL(url).port),
    });
    await until(judge.works);
    const before = (await verdicts()).length;
    await advanceSources(db, new Date());
    await until(async () => (await verdicts()).length > before);
    expect(new Set(await verdicts())).toEqual(new Set(["continue"]));
    const { rows } = await db.pool.query(
      "select sum((sums ->> 'n')::int8) as n from analysis_sums where metric = 'joined'",
    );
    expect(rows).toEqual([{ n: 300 }]);
    const told = lines.filter((line) => line.includes("judged"));
    expect(told).toHaveLength(2);
  });
});

describe("the forecast", () => {
  it("is no-data under a day of traffic, and figures of the week's users above", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    const now = new Date();
    const plan = { ...standard, minimumMinutes: 0 };
    const rollout = await beginRelease(db, plan, now);
    expect(await forecastRelease(db.pool, plan, now)).toMatchObject({ kind: "no-data" });
    // Every day at this time and for two hours 400 users come, of whom a quarter watches.
    const days = [1, 2, 3, 4, 5, 6].flatMap((day) =>
      Array.from({ length: 400 }, (_, i): Visit => ({
        userId: day * 1_000 + i,
        atMs: now.getTime() - day * 86_400_000 + i * 18_000 + 1_000,
      })),
    );
    await writeVisits(db, rollout, days);
    await writeWatches(
      db,
      days
        .filter((_, i) => i % 4 === 0)
        .map(({ userId, atMs }) => ({ userId, atMs: atMs + 60_000 })),
    );
    const result = await forecastRelease(db.pool, plan, now);
    if (result.kind !== "forecast") throw new Error(result.reason);
    expect(result.looks[0]?.usersPerTrack).toBe(200);
    // √(2 p (1 − p) / 200) / p for p = .25
    expect(result.looks[0]?.relativeSe).toBeCloseTo(Math.sqrt((2 * 0.75) / (0.25 * 200)), 2);
    expect(result.canShowMargin).toBe(false);
  });
});
