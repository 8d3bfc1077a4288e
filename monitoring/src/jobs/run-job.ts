import type { Database } from "@canarec/db-utils/database";
import { type JobPast, createJobRepository } from "@canarec/db-utils/jobs/repository";
import { openSession } from "@canarec/db-utils/session";
import { messageOf } from "@canarec/service-kit/errors";
import { type Logger, withoutPasswords } from "@canarec/service-kit/logging";
import type { MonitoringMetrics } from "../metrics.ts";
import type { Outbox } from "../slack/open-outbox.ts";
import { type JobOutcome, jobNotice } from "./job-notice.ts";
import type { Job } from "./job-table.ts";
import { nextRuns } from "./job-times.ts";
import type { CommandEnd } from "./run-command.ts";

/** First key of the advisory locks of jobs; the second is the name's hash. */
const JOB_LOCKS = 7_226_020;

/** So far back the diary is searched for runs without an end. */
const LOOK_BACK = 20;

const NO_PAST: JobPast = { state: null, lastSuccessAt: null, failingSince: null, firstRunAt: null };

/** Another process runs it; or `stop` ended it, which is no failure. */
export type Unfinished = "skipped" | "interrupted";

export interface JobRunner {
  /** Run a job now. Never rejects. */
  run(job: Job, stop: AbortSignal): Promise<JobOutcome["state"] | Unfinished>;
  /** Names of the jobs whose last run failed. */
  failing(): readonly string[];
}

export interface JobRunnerParts {
  readonly db: Database;
  readonly execute: (job: Job, stop: AbortSignal) => Promise<CommandEnd>;
  readonly outbox: Pick<Outbox, "tell">;
  readonly metrics: MonitoringMetrics;
  readonly log: Logger;
  readonly now: () => Date;
}

/**
 * Runs jobs one at a time each, over all processes (an advisory lock), writes a line into the diary
 * before and after, and tells people when a job begins to fail.
 */
export function createJobRunner(parts: JobRunnerParts): JobRunner {
  const { db, outbox, metrics, log, now } = parts;
  const last = new Map<string, JobOutcome["state"]>();
  const failingSince = new Map<string, Date>();

  return {
    failing: () => [...last].flatMap(([name, state]) => (state === "failed" ? [name] : [])),
    async run(job, stop) {
      const startedAt = now();
      let past = NO_PAST;
      let outcome: JobOutcome | Unfinished;
      try {
        past = await createJobRepository(db).past(job.name);
        outcome = await runLocked(parts, job, stop);
      } catch (thrown) {
        outcome = { state: "failed", reason: withoutPasswords(messageOf(thrown)) };
      }
      if (typeof outcome === "string") {
        metrics.jobUnfinished(job.name, outcome);
        log.info({ job: job.name, why: outcome }, "job not run to its end");
        return outcome;
      }
      // What this process saw, while the diary could not be written, is not in it.
      const before = last.get(job.name) ?? past.state;
      const since = past.failingSince ?? failingSince.get(job.name) ?? null;
      last.set(job.name, outcome.state);
      failingSince.set(job.name, since ?? startedAt);
      if (outcome.state === "succeeded") failingSince.delete(job.name);
      metrics.jobEnded(job.name, outcome.state, (now().getTime() - startedAt.getTime()) / 1_000);
      if (outcome.state === "failed") {
        log.error({ job: job.name, reason: outcome.reason }, "job failed");
      } else {
        log.info({ job: job.name }, "job succeeded");
      }
      const notice = jobNotice(job, {
        ...{ outcome, startedAt, before, lastSuccessAt: past.lastSuccessAt, failingSince: since },
        nextRunAt: nextRuns(job.schedule, 1)[0],
      });
      if (notice !== undefined) outbox.tell(notice);
      return outcome.state;
    },
  };
}

async function runLocked(
  { db, execute, now }: JobRunnerParts,
  job: Job,
  stop: AbortSignal,
): Promise<JobOutcome | Unfinished> {
  await using session = await openSession(db, `canarec-job-${job.name}`);
  const { rows } = await session.client.query<{ locked: boolean }>(
    "select pg_try_advisory_lock($1, hashtext($2)) as locked",
    [JOB_LOCKS, job.name],
  );
  if (rows[0]?.locked !== true) return "skipped";
  const diary = createJobRepository(db);
  // Whoever holds the lock is the only one: a run without an end was cut off with its process.
  for (const run of await diary.list(job.name, LOOK_BACK)) {
    if (run.state !== "running") continue;
    const detail = { reason: "cut off with its process", interrupted: true };
    await diary.end(run.runKey, { state: "failed", finishedAt: now(), detail });
  }
  const runKey = await diary.begin(job.name, now());
  const end = await execute(job, stop);
  const finishedAt = now();
  if (end.ok) {
    await diary.end(runKey, { state: "succeeded", finishedAt, detail: end.output });
    return { state: "succeeded" };
  }
  const interrupted = stop.aborted && { interrupted: true };
  const detail = { reason: end.reason, ...interrupted };
  await diary.end(runKey, { state: "failed", finishedAt, detail });
  return interrupted ? "interrupted" : { state: "failed", reason: end.reason };
}
