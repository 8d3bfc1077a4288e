import type { Database } from "@canarec/db-utils/database";
import { createJobRepository } from "@canarec/db-utils/jobs/repository";
import { openSession } from "@canarec/db-utils/session";
import { messageOf } from "@canarec/service-kit/errors";
import { type Logger, withoutPasswords } from "@canarec/service-kit/logging";
import { z } from "zod";
import type { MonitoringMetrics } from "../metrics.ts";
import type { Notifier } from "../slack/open-notifier.ts";
import { type JobOutcome, jobNotice } from "./job-notice.ts";
import type { Job } from "./job-table.ts";
import type { CommandEnd } from "./run-command.ts";

/** First key of the advisory locks of jobs; the second is the name's hash. */
const JOB_LOCKS = 7_226_020;

/** What the diary says of a run that ended with its process. */
const Interrupted = z.object({ interrupted: z.literal(true) });

/** So far back the diary is searched for how the run before ended. */
const LOOK_BACK = 20;

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
  readonly notifier: Notifier;
  readonly metrics: MonitoringMetrics;
  readonly log: Logger;
  readonly now: () => Date;
}

/**
 * Runs jobs one at a time each, over all processes (an advisory lock), writes a line into the diary
 * before and after, and tells people when a job begins to fail.
 */
export function createJobRunner(parts: JobRunnerParts): JobRunner {
  const { db, notifier, metrics, log, now } = parts;
  const last = new Map<string, JobOutcome["state"]>();

  return {
    failing: () => [...last].flatMap(([name, state]) => (state === "failed" ? [name] : [])),
    async run(job, stop) {
      const startedAt = now();
      let before = last.get(job.name);
      let outcome: JobOutcome | Unfinished;
      try {
        before ??= await lastState(db, job.name);
        outcome = await runLocked(parts, job, stop);
      } catch (thrown) {
        outcome = { state: "failed", reason: withoutPasswords(messageOf(thrown)) };
      }
      if (typeof outcome === "string") {
        metrics.jobUnfinished(job.name, outcome);
        log.info({ job: job.name, why: outcome }, "job not run to its end");
        return outcome;
      }
      last.set(job.name, outcome.state);
      metrics.jobEnded(job.name, outcome.state, (now().getTime() - startedAt.getTime()) / 1_000);
      if (outcome.state === "failed") {
        log.error({ job: job.name, reason: outcome.reason }, "job failed");
      } else {
        log.info({ job: job.name }, "job succeeded");
      }
      const notice = jobNotice(job, before, outcome);
      if (notice !== undefined) notifier.notify(notice);
      return outcome.state;
    },
  };
}

/** Runs that ended with their process say nothing about the job. */
async function lastState(db: Database, job: string): Promise<JobOutcome["state"] | undefined> {
  for (const { state, detail } of await createJobRepository(db).list(job, LOOK_BACK)) {
    if (state !== "running" && !Interrupted.safeParse(detail).success) return state;
  }
  return undefined;
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
