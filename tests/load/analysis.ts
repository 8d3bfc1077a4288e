// What summarising a minute of exposures costs at 10 million a day, with plans.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { EXPOSURES_OF_MINUTE, EXPOSURES_OF_USERS } from "@canarec/db-utils/analysis/exposure-rows";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { migrate } from "@canarec/db-utils/migrations";
import { ensurePartitions } from "@canarec/db-utils/partitions";
import { startPostgres } from "@canarec/local-cluster/postgres";
import { standard } from "@canarec/monitoring/analysis/inputs-fixture";
import { type JudgeRules, runJudge } from "@canarec/monitoring/judge/run-judge";
import { Resources } from "@canarec/service-kit/lifecycle";
import { advanceSources, beginRelease } from "../integration/monitoring/traffic.ts";
import { FILL_MINUTES, FILL_USERS } from "./analysis-parts/fill-minutes.ts";

const MINUTE_MS = 60_000;
/** Users have made their ten visits then, and what came of them is known. */
const WINDOW_SECONDS = 1_200;

/**
 * `npm run bench -- analysis [--minutes 180] [--rate 7000] [--live 15]`
 *
 * Fills so many minutes at `rate` exposures each with their platform lines, summarises them as a backlog, and then
 * measures the judge's pass over each of `live` further minutes: counts, entries, mature users and the verdict.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: "string", default: "180" },
      rate: { type: "string", default: "7000" },
      live: { type: "string", default: "15" },
    },
  });
  const [minutes, rate, live] = [values.minutes, values.rate, values.live].map(Number);
  if (minutes === undefined || rate === undefined || live === undefined) return;
  await using opened = new Resources();
  const home = mkdtempSync(path.join(tmpdir(), "canarec-bench-"));
  opened.defer(() => {
    rmSync(home, { recursive: true, force: true });
  });
  const postgres = opened.use(await startPostgres({ home }));
  const db = opened.use(await openDatabase(postgres.url, { statementTimeoutMs: 0 }));
  await migrate(db);
  const startMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - (minutes + live) * MINUTE_MS;
  const bench = await prepare(db, new Date(startMs), { minutes, rate, live });
  await bench.fill(0, minutes);
  await db.pool.query("vacuum analyze");
  await printSizes(db);

  const backlog = await timed(() => bench.judge(minutes));
  const each = backlog.seconds / minutes;
  say(
    `backlog of ${minutes} minutes: ${backlog.seconds.toFixed(1)} s, ${each.toFixed(3)} s a minute`,
  );
  const passes: number[] = [];
  for (let minute = minutes; minute < minutes + live; minute += 1) {
    await bench.fill(minute, minute + 1);
    const pass = await timed(() => bench.judge(minute + 1));
    passes.push(pass.seconds);
    say(`minute ${minute}: ${pass.seconds.toFixed(3)} s for ${pass.result}`);
  }
  passes.sort((a, b) => a - b);
  const at = (share: number) => passes[Math.floor(share * (passes.length - 1))]?.toFixed(3) ?? "";
  say(
    `\npass a minute at ${(rate * 1_440).toLocaleString("en")} exposures a day: median ${at(0.5)} s, longest ${at(1)} s`,
  );
  await printPlans(db, bench.releaseId, new Date(startMs + (minutes - 30) * MINUTE_MS));
}

interface Scale {
  readonly minutes: number;
  readonly rate: number;
  readonly live: number;
}

async function prepare(db: Database, start: Date, { minutes, rate, live }: Scale) {
  await ensurePartitions(db, new Date());
  const plan = { ...standard, attributionSeconds: WINDOW_SECONDS };
  const { releaseId } = await beginRelease(db, plan, start);
  await db.pool.query("truncate movies cascade");
  const perMinute = rate / 10;
  const users = (minutes + live) * perMinute;
  for (const [index, sql] of FILL_USERS.entries()) {
    await db.pool.query(
      sql,
      [[], [users], [users, start, perMinute], [users, start, perMinute]][index],
    );
  }
  const rules: JudgeRules = {
    deadlineMs: 600,
    streamTopic: "movielog",
    exposureTopic: "canarec-exposures",
    budgetMs: 3_600_000,
  };
  return {
    releaseId,
    fill: (from: number, to: number) =>
      db.pool.query(FILL_MINUTES, [from, to, start, releaseId, rate]),
    async judge(minute: number): Promise<string> {
      const now = new Date(start.getTime() + minute * MINUTE_MS);
      await advanceSources(db, now);
      const pass = await runJudge(db, rules, now);
      if (pass?.verdicts.length !== 1) throw new Error("no verdict was made");
      return `${pass.minutes} minutes, ${pass.users} mature users, row ${pass.verdicts[0]?.row ?? 0}`;
    },
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const startMs = performance.now();
  const result = await work();
  return { seconds: (performance.now() - startMs) / 1_000, result };
}

async function printSizes(db: Database): Promise<void> {
  const { rows } = await db.pool.query<{ name: string; rows: number; mb: number }>(
    `select regexp_replace(relname, '_(p[0-9]|d[0-9]{8})$', '') as name, sum(reltuples)::int8 as rows,
            round(sum(pg_total_relation_size(oid)) / 1048576)::int4 as mb
     from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
     group by 1 having sum(reltuples) > 1000 order by 2 desc`,
  );
  for (const { name, rows: count, mb } of rows)
    say(`${name}: ${count.toLocaleString("en")} rows, ${mb} MB`);
}

async function printPlans(db: Database, releaseId: number, minute: Date): Promise<void> {
  const { rows: users } = await db.pool.query<{ id: number; at: Date }>(
    `select user_id as id, first_exposed_at as at from analysis_users
     where first_exposed_at >= $1 order by first_exposed_at limit 700`,
    [minute],
  );
  const last = users.at(-1)?.at ?? minute;
  await explain(db, "exposures of a minute", EXPOSURES_OF_MINUTE, [releaseId, minute, "1600 ms"]);
  await explain(db, "exposures of 700 users", EXPOSURES_OF_USERS, [
    releaseId,
    users.map(({ id }) => id),
    users.map(({ at }) => at),
    `${WINDOW_SECONDS} s`,
    minute,
    new Date(last.getTime() + WINDOW_SECONDS * 1_000),
    "1600 ms",
  ]);
}

async function explain(
  db: Database,
  name: string,
  sql: string,
  values: readonly unknown[],
): Promise<void> {
  const { rows } = await db.pool.query<{ "QUERY PLAN": string }>(
    `explain (analyze, buffers, costs off) ${sql}`,
    [...values],
  );
  say(`\n### ${name}\n\n${rows.map((row) => row["QUERY PLAN"]).join("\n")}`);
}
