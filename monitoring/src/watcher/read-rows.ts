import { createJobRepository } from "@canarec/db-utils/jobs/repository";
import type { Database } from "@canarec/db-utils/database";
import {
  lastVerdicts,
  platformAnswersSince,
  replicasFailedSince,
} from "@canarec/db-utils/watch/watched-rows";
import { desired } from "@canarec/load-balancer/rollout/desired";
import { cadenceSeconds, isJudged } from "../analysis/moments.ts";
import { longestPeriodMs } from "../jobs/job-times.ts";
import type { Job } from "../jobs/job-table.ts";
import {
  type ReleaseUnderJudgement,
  releasesUnderJudgement,
} from "../judge/release-under-judgement.ts";
import type { WatchLimits } from "../watch/limits.ts";
import type { JobSight, JudgedRelease, WatchedRows } from "../watch/sighting.ts";

/** Verdicts that are missing before it is told: as the control plane, which holds such a release. */
const SILENCE_SECONDS = { long: 300, short: 60 };
const PLATFORM_MS = 60_000;

export interface ReadingRows {
  readonly db: Database;
  readonly jobs: readonly Job[];
  readonly limits: WatchLimits;
  /** Since when is watched. */
  readonly startedMs: number;
  readonly nowMs: number;
}

/** All that Postgres says of what is watched. */
export async function readRows(reading: ReadingRows): Promise<WatchedRows> {
  const { db, limits, nowMs, startedMs } = reading;
  const platform = await platformAnswersSince(db.pool, new Date(nowMs - PLATFORM_MS));
  const failed = await replicasFailedSince(db.pool, new Date(nowMs - limits.restarts.windowMs));
  const judged = (await releasesUnderJudgement(db.pool)).filter(({ rollout }) =>
    isJudged(rollout.state),
  );
  const verdicts = await lastVerdicts(
    db.pool,
    judged.map(({ release }) => release.releaseId),
  );
  const jobs: JobSight[] = [];
  for (const job of reading.jobs) jobs.push(await sightOf(job, reading));
  return {
    platform,
    failures: failed.map(({ name, stoppedAt, reason }) => ({
      ...{ name, atMs: stoppedAt.getTime(), reason: reason ?? "ended" },
    })),
    releases: judged.map((one) => judgedRelease(one, verdicts, startedMs)),
    jobs,
  };
}

function judgedRelease(
  { release: { releaseId }, plan, rollout }: ReleaseUnderJudgement,
  verdicts: ReadonlyMap<number, Date>,
  startedMs: number,
): JudgedRelease {
  const isShort = cadenceSeconds(plan) < 60;
  const last = verdicts.get(releaseId)?.getTime() ?? 0;
  const main = { releaseId: 0, replicas: 1 };
  return {
    ...{ releaseId, state: rollout.state },
    judgedAtMs: Math.max(last, startedMs, rollout.held?.sinceMs ?? rollout.sinceMs),
    limitSeconds: isShort ? SILENCE_SECONDS.short : SILENCE_SECONDS.long,
    weight: desired(main, { rollout, plan }, rollout.sinceMs).weight,
  };
}

async function sightOf(job: Job, { db, startedMs }: ReadingRows): Promise<JobSight> {
  const { state, lastSuccessAt, firstRunAt } = await createJobRepository(db).past(job.name);
  return {
    ...{ name: job.name, harm: job.harm, limitMs: job.limitMs },
    sinceMs: (lastSuccessAt ?? firstRunAt)?.getTime() ?? startedMs,
    everSucceeded: lastSuccessAt !== null,
    isFailing: state === "failed",
    periodMs: periodOf(job.schedule),
  };
}

const periods = new Map<string, number | undefined>();

/** Of a schedule; it takes a while to find out. */
function periodOf(schedule: string): number | undefined {
  if (!periods.has(schedule)) periods.set(schedule, longestPeriodMs(schedule));
  return periods.get(schedule);
}
