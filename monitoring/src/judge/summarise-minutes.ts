import { type ExposureRow, exposuresOfMinute } from "@canarec/db-utils/analysis/exposure-rows";
import {
  type MarkedMinute,
  markedMinutes,
  removeMarks,
  replaceMinute,
} from "@canarec/db-utils/analysis/minutes";
import { enterStepUsers, enterUsers } from "@canarec/db-utils/analysis/users";
import type { Database, Transaction } from "@canarec/db-utils/database";
import { AttemptError, ExposureReason, Track } from "@canarec/load-balancer/contract/exposure";
import { FIRST_RAMP_STEP, evaluationStep } from "@canarec/load-balancer/rollout/steps";
import { stratumSeconds, windowAt } from "../analysis/evaluation-window.ts";
import { type AnalysedExposure, CLOCK_TOLERANCE_MS } from "../analysis/exposure.ts";
import { summariseMinute } from "../analysis/minute-counts.ts";
import type { ReleaseUnderJudgement } from "./release-under-judgement.ts";

/** Minutes taken from the queue at once. */
const BATCH = 60;

export interface SummariseRules {
  readonly deadlineMs: number;
}

/** How far from an exposure the platform's line about it may be. */
export function matchMs({ deadlineMs }: SummariseRules): number {
  return deadlineMs + CLOCK_TOLERANCE_MS;
}

/**
 * Summarise every minute that changed, anew and whole, each in a transaction with the removal of its
 * marks: a run that is cut off, or made twice, changes nothing.
 *
 * @param isOver asked before each minute; true leaves the rest for the next run.
 * @returns whether nothing is left, and how many minutes were summarised.
 */
export async function summariseMarkedMinutes(
  db: Database,
  releases: readonly ReleaseUnderJudgement[],
  rules: SummariseRules,
  isOver: () => boolean,
): Promise<{ readonly done: boolean; readonly minutes: number }> {
  let minutes = 0;
  for (;;) {
    const marked = await markedMinutes(db.pool, BATCH);
    if (marked.length === 0) return { done: true, minutes };
    for (const one of marked) {
      if (isOver()) return { done: false, minutes };
      await db.transaction((transaction) => summariseOne(transaction, releases, rules, one));
      minutes += 1;
    }
  }
}

const MINUTE_MS = 60_000;

async function summariseOne(
  { client }: Transaction,
  releases: readonly ReleaseUnderJudgement[],
  rules: SummariseRules,
  { minute, keys }: MarkedMinute,
): Promise<void> {
  for (const one of releases) {
    if (minute.getTime() + MINUTE_MS <= one.submittedAt.getTime()) continue;
    const scope = { releaseId: one.release.releaseId, matchMs: matchMs(rules) };
    const rows = await exposuresOfMinute(client, scope, minute);
    const window = windowAt(one, minute.getTime());
    const counted = summariseMinute(rows.map(analysedExposure), {
      deadlineMs: rules.deadlineMs,
      firstSnapshotVersion: window?.firstSnapshotVersion,
    });
    const stored = counted.map(({ inWindow, track, step, counts }) => ({
      window: inWindow ? one.release.window : 0,
      track,
      step,
      counts,
    }));
    await replaceMinute(client, scope.releaseId, minute, stored);
    if (rows.length > 0) await enter({ client }, one, minute);
  }
  await removeMarks(client, keys);
}

async function enter(
  { client }: Pick<Transaction, "client">,
  { release, plan, rollout }: ReleaseUnderJudgement,
  minute: Date,
): Promise<void> {
  const window = windowAt({ plan, rollout }, minute.getTime());
  const last = evaluationStep(plan);
  if (window !== undefined) {
    await enterUsers(
      client,
      {
        releaseId: release.releaseId,
        window: release.window,
        startedAt: new Date(window.startedAtMs),
        step: last,
        firstSnapshotVersion: window.firstSnapshotVersion,
        stratumSeconds: stratumSeconds(plan),
      },
      minute,
    );
  }
  const ramp = plan.ramp.map((_, index) => FIRST_RAMP_STEP + index);
  await enterStepUsers(client, release, ramp, minute);
}

/** A stored exposure as the analysis knows it; a word that it does not know is an old or a damaged row. */
export function analysedExposure(row: ExposureRow): AnalysedExposure {
  return {
    ...row,
    assigned: Track.parse(row.assigned),
    reason: ExposureReason.parse(row.reason),
    firstError: row.firstError === null ? null : AttemptError.parse(row.firstError),
  };
}
