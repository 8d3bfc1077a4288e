import { type Database, openDatabase } from "@canarec/db-utils/database";
import { assignTrack } from "@canarec/load-balancer/assignment/assign-track";
import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import type { Rollout } from "@canarec/load-balancer/rollout/rollout";
import { FIRST_RAMP_STEP } from "@canarec/load-balancer/rollout/steps";
import { assembleFrom } from "@canarec/monitoring/analysis/assemble-inputs";
import { windowAt } from "@canarec/monitoring/analysis/evaluation-window";
import type { AnalysedExposure } from "@canarec/monitoring/analysis/exposure";
import { standard } from "@canarec/monitoring/analysis/inputs-fixture";
import type { VerdictRecord } from "@canarec/monitoring/analysis/judge";
import { matureBeforeMs } from "@canarec/monitoring/analysis/moments";
import type { VerdictInputs } from "@canarec/monitoring/analysis/verdict-inputs";
import { type JudgeRules, runJudge } from "@canarec/monitoring/judge/run-judge";
import { answer } from "@canarec/monitoring/simulation/build-answers";
import { Deeds } from "@canarec/monitoring/simulation/deeds";
import { Ledger } from "@canarec/monitoring/simulation/ledger";
import { Random } from "@canarec/monitoring/simulation/random";
import { type SimulatedBuild, equalBuilds } from "@canarec/monitoring/simulation/scenario";
import { Traffic } from "@canarec/monitoring/simulation/traffic";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../servers.ts";
import { EVALUATION_SNAPSHOT, advanceSources, beginRelease } from "./traffic.ts";

const MINUTE_MS = 60_000;
/** Always the same, for users' habits go with the time of the day; one of them rates 784 ms before his first exposure. */
const START_MS = Date.parse("2026-11-21T09:31:00Z");
/** Of the ramp, before the evaluation. */
const RAMP_MINUTES = 4;

const plan: ReleasePlan = {
  ...standard,
  attributionSeconds: 300,
  evaluation: { ...standard.evaluation, seconds: 1_200, extensionSeconds: 600 },
  minimumUsers: 100,
};
const rules: JudgeRules = {
  deadlineMs: 600,
  streamTopic: "movielog",
  exposureTopic: "canarec-exposures",
  budgetMs: 60_000,
};
const failing: SimulatedBuild = {
  failures: { errors: 0.03, deadline: 0.02, lists: 0.02 },
  losses: { exposures: 0, users: 0, answers: 0.08, watches: 0.02 },
};

let fresh: FreshDatabase;
let db: Database;
let rollout: Rollout;
beforeAll(async () => {
  fresh = await freshDatabase();
  db = await openDatabase(fresh.url);
  rollout = await beginRelease(db, plan, new Date(START_MS));
  await db.pool.query(
    `insert into movies (movie_id, source) select 'movie+' || i, 'demo' from generate_series(1, 2000) as i
     on conflict do nothing`,
  );
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await fresh[Symbol.asyncDispose]();
});

/** Simulated users of the ramp and of the evaluation; two requests of a user are at least three seconds apart. */
function simulate(minutes: number) {
  const scenario = {
    ...equalBuilds(plan),
    visitsPerHour: 2_500,
    requestGapSeconds: 40,
    watchRate: 0.3,
    startMs: START_MS - RAMP_MINUTES * MINUTE_MS,
  };
  const traffic = new Traffic(scenario, new Random(5), MINUTE_MS);
  const deeds = new Deeds(scenario);
  const last = new Map<number, number>();
  const exposures: AnalysedExposure[] = [];
  for (let minute = 1 - RAMP_MINUTES; minute <= minutes; minute += 1) {
    for (const request of traffic.requestsUntil(START_MS + minute * MINUTE_MS)) {
      const { person, atMs } = request;
      if (atMs - (last.get(person.id) ?? 0) < 3_000) continue;
      last.set(person.id, atMs);
      const isRamp = atMs < START_MS;
      const exposure = answer(request, failing, {
        assigned: assignTrack(rollout.salt, person.id, isRamp ? 0.05 : 0.5),
        step: isRamp ? FIRST_RAMP_STEP : rollout.step,
        snapshotVersion: isRamp ? EVALUATION_SNAPSHOT - 1 : EVALUATION_SNAPSHOT,
      });
      deeds.note(request, exposure, failing.losses);
      exposures.push(exposure);
    }
  }
  return { exposures, deeds };
}

const EXPOSURES = `
with t as (select * from jsonb_to_recordset($1::jsonb) as t ("userId" int8, at timestamptz, assigned text, step int4,
  "snapshotVersion" int8, reason text, attempts jsonb, "latencyUs" int4, personalised boolean, matched boolean, list text[])),
added as (
  insert into exposures (user_id, answered_at, snapshot_version, step, release_id, status, latency_us, personalised, pinned,
    request_id, assigned, served, reason, build, bundle, replica, attempts, list)
  select "userId", at, "snapshotVersion", step, $2, 200, "latencyUs", personalised, false, "userId" || '-' || at,
    assigned, assigned, reason, 'b', 'b', 'r', attempts, list from t returning answered_at),
shown as (
  insert into platform_answers (user_id, answered_at, status, ms, line_hash, server, list)
  select "userId", at + interval '20 ms', 200, 9, decode(md5("userId" || '-' || at), 'hex'), 'lb', list from t where matched)
insert into analysis_marks (minute)
select distinct date_bin('1 minute', answered_at, '2000-01-01T00:00:00Z') from added`;

async function writeExposures(exposures: readonly AnalysedExposure[]): Promise<void> {
  const rows = exposures.map(({ atMs, firstError, firstMs, ...rest }) => ({
    ...rest,
    at: new Date(atMs).toISOString(),
    attempts: [
      { replica: "r", status: 200, ms: firstMs, ...(firstError && { error: firstError }) },
    ],
  }));
  await db.pool.query(EXPOSURES, [JSON.stringify(rows), rollout.releaseId]);
}

async function writeDeeds(userIds: readonly number[], deeds: Deeds): Promise<void> {
  const rows = userIds.flatMap((userId) => {
    const { begun, rated } = deeds.of(userId);
    return begun.map(({ movieId, firstWatchedAtMs, minutes }) => {
      const rating = rated.find((one) => one.movieId === movieId);
      return {
        ...{ user_id: userId, movie: movieId, minutes },
        at: new Date(firstWatchedAtMs).toISOString(),
        rated_at: rating === undefined ? null : new Date(rating.ratedAtMs).toISOString(),
        rating: rating === undefined ? null : rating.twentieths / 20,
      };
    });
  });
  const from = `from jsonb_to_recordset($1::jsonb) as t (user_id int8, movie text, minutes int4, at timestamptz,
    rated_at timestamptz, rating float8) join movies on movie_id = movie`;
  const values = [JSON.stringify(rows)];
  await db.pool.query(
    `insert into users (user_id) select distinct user_id ${from} on conflict do nothing`,
    values,
  );
  await db.pool.query(
    `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at, rating,
       rating_raw, rated_at)
     select user_id, movie_key, minutes, at, at, rating, rating * 10, rated_at ${from}`,
    values,
  );
  await db.pool.query(
    `insert into watches (user_id, hour, movie_key, first_minute, last_minute)
     select user_id, date_bin('1 hour', at, '2000-01-01Z'), movie_key, 1, minutes ${from} where minutes > 0`,
    values,
  );
}

async function judgedByPostgres(at: Date): Promise<VerdictRecord> {
  await advanceSources(db, at);
  const pass = await runJudge(db, rules, at);
  expect(pass?.done).toBe(true);
  const { rows } = await db.pool.query<{ record: VerdictRecord }>(
    "select record from verdicts order by at desc limit 1",
  );
  if (rows[0] === undefined) throw new Error("there is no verdict");
  return rows[0].record;
}

/** What the simulation's ledger makes of the same exposures up to a moment. */
function judgedByLedger(
  { exposures, deeds }: ReturnType<typeof simulate>,
  { inputs }: VerdictRecord,
): VerdictInputs {
  const atMs = Date.parse(inputs.at);
  // Postgres knows nothing of what users of this test began in the week before.
  const ledger = new Ledger(plan, (userId) => ({ ...deeds.of(userId), begunBefore: 0 }));
  const window = windowAt({ rollout, plan }, atMs);
  const before = exposures.filter((exposure) => exposure.atMs < atMs);
  for (let from = START_MS - RAMP_MINUTES * MINUTE_MS; from < atMs; from += MINUTE_MS) {
    const minute = before.filter((one) => one.atMs >= from && one.atMs < from + MINUTE_MS);
    ledger.write(minute, window);
  }
  const summedToMs = matureBeforeMs(plan, atMs);
  ledger.sumUsers(summedToMs);
  const summaries = {
    ...{ release: inputs.release, plan, expectation: null, onHold: false, window, summedToMs },
    sources: { exposuresMs: atMs, platformMs: atMs },
    sums: ledger.sums,
    ...ledger.counts,
    past: inputs.past,
  };
  return assembleFrom(summaries, ledger.evidence, atMs);
}

describe("simulated users", () => {
  it("come to the same in the simulation and in Postgres", async () => {
    const world = simulate(25);
    expect(world.exposures.length).toBeGreaterThan(2_000);
    await writeExposures(world.exposures);
    await writeDeeds([...new Set(world.exposures.map(({ userId }) => userId))], world.deeds);
    const record = await judgedByPostgres(new Date(START_MS + 25 * MINUTE_MS));
    const { inputs } = record;
    expect(judgedByLedger(world, record)).toEqual(inputs);
    // And there is something in it.
    expect(inputs.strata.length).toBeGreaterThan(5);
    expect(Number(inputs.totals.watched_share.main.s)).toBeGreaterThan(30);
    expect(Number(inputs.totals.rating.nightly.s)).toBeGreaterThan(0);
    expect(inputs.rare.errors.main.failures).toBeGreaterThan(10);
    expect(inputs.sampleRatio.map(({ of }) => of)).toContain(`step ${FIRST_RAMP_STEP}`);
  });
});
