import { markedMinutes, removeMarks } from "@canarec/db-utils/analysis/minutes";
import { topicProgress } from "@canarec/db-utils/analysis/sources";
import type { Database } from "@canarec/db-utils/database";
import { openSession } from "@canarec/db-utils/session";
import type { Verdict } from "@canarec/load-balancer/contract/verdict";
import { isJudged, momentOf } from "../analysis/moments.ts";
import { judgeRelease } from "./judge-release.ts";
import { releasesUnderJudgement } from "./release-under-judgement.ts";
import { summariseMarkedMinutes } from "./summarise-minutes.ts";
import { sumMatureUsers } from "./sum-mature-users.ts";

export interface JudgeRules {
  readonly deadlineMs: number;
  readonly streamTopic: string;
  readonly exposureTopic: string;
  /** After so long summarising is left to the next pass, so that a verdict comes every minute. */
  readonly budgetMs: number;
}

/** What one pass did. */
export interface Pass {
  readonly verdicts: readonly Verdict[];
  readonly minutes: number;
  readonly users: number;
  /** All changes up to now are summarised. */
  readonly done: boolean;
}

/** Any constant that no other job uses. */
const JUDGE_LOCK = 7_226_030;

/**
 * Summarise what changed, sum who matured, and judge each release for its current moment. One process at
 * a time, held together by an advisory lock; what was cut off is finished by the next pass.
 *
 * @returns undefined if another process is at it.
 */
export async function runJudge(
  db: Database,
  rules: JudgeRules,
  now: Date,
): Promise<Pass | undefined> {
  await using session = await openSession(db, "canarec-judge");
  const { rows } = await session.client.query<{ locked: boolean }>(
    "select pg_try_advisory_lock($1) as locked",
    [JUDGE_LOCK],
  );
  return rows[0]?.locked === true ? await passOver(db, rules, now) : undefined;
}

async function passOver(db: Database, rules: JudgeRules, now: Date): Promise<Pass> {
  const releases = await releasesUnderJudgement(db.pool);
  if (releases.length === 0) {
    await forgetMarks(db);
    return { verdicts: [], minutes: 0, users: 0, done: true };
  }
  const endMs = performance.now() + rules.budgetMs;
  const isOver = () => performance.now() > endMs;
  // Before the minutes: what comes later than this is of no concern to this pass.
  const sources = {
    exposures: await topicProgress(db.pool, rules.exposureTopic),
    platform: await topicProgress(db.pool, rules.streamTopic),
  };
  const { done, minutes } = await summariseMarkedMinutes(db, releases, rules, isOver);
  const complete = [sources.exposures.completeTo, sources.platform.completeTo];
  // An event from the future says nothing about what has come.
  const completeToMs = Math.min(now.getTime(), ...complete.map((at) => at?.getTime() ?? 0));
  let users = 0;
  const verdicts: Verdict[] = [];
  for (const one of releases) {
    let summedToMs: number | undefined;
    if (done) {
      // Only now: whoever is not entered yet may have been exposed before those who are.
      const summed = await sumMatureUsers(db, one, { ...rules, completeToMs, now }, isOver);
      users += summed.users;
      summedToMs = summed.summedToMs;
    }
    if (!isJudged(one.rollout.state)) continue;
    const verdict = await judgeRelease(
      db.pool,
      one,
      { ...sources, summedToMs },
      momentOf(one.plan, now.getTime()),
    );
    if (verdict !== undefined) verdicts.push(verdict);
  }
  return { verdicts, minutes, users, done };
}

/** Nobody asks for these minutes any more: no release is under way. */
async function forgetMarks(db: Database): Promise<void> {
  const marked = await markedMinutes(db.pool, ALL);
  await removeMarks(
    db.pool,
    marked.flatMap(({ keys }) => keys),
  );
}

const ALL = 1_000_000;
