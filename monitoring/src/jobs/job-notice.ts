import type { Notice } from "@canarec/db-utils/notices/notice-repository";
import { noticeText, utcTime } from "@canarec/service-kit/notice-text";
import type { Job } from "./job-table.ts";

/** How a run of a job ended. */
export type JobOutcome =
  { readonly state: "succeeded" } | { readonly state: "failed"; readonly reason: string };

/** A run that ended, and what was before it. */
export interface EndedRun {
  readonly outcome: JobOutcome;
  readonly startedAt: Date;
  /** How the run before ended; null if there was none. */
  readonly before: JobOutcome["state"] | null;
  readonly lastSuccessAt: Date | null;
  /** The first failure since; null where the run before succeeded. */
  readonly failingSince: Date | null;
  /** Undefined where its time never comes again. */
  readonly nextRunAt: Date | undefined;
}

/**
 * What people are told about the end of a run: that a job began to fail, once, with the command to
 * look closer; and that it works again. Runs that end like the one before are not worth a word.
 */
export function jobNotice(
  job: Pick<Job, "name" | "harm">,
  { outcome, startedAt, before, lastSuccessAt, failingSince, nextRunAt }: EndedRun,
): Notice | undefined {
  const look = `canarec jobs ${job.name}`;
  const again =
    nextRunAt === undefined ? "it does not run again" : `it runs again at ${utcTime(nextRunAt)}`;
  const key = (what: string) => `job-${job.name}-${what}-${startedAt.toISOString()}`;
  if (outcome.state === "failed" && before !== "failed") {
    const last =
      lastSuccessAt === null
        ? "it never succeeded"
        : `it last succeeded at ${utcTime(lastSuccessAt)}`;
    const text = noticeText({
      what: `Job ${job.name} failed: ${outcome.reason}`,
      users: job.harm ?? "none directly",
      since: startedAt,
      done: `${last}; ${again}; further failures are not told, but that it works again`,
      look,
    });
    return { key: key("failed"), kind: "job", text };
  }
  if (outcome.state === "succeeded" && before === "failed") {
    const text = noticeText({
      what: `Job ${job.name} works again`,
      users: "none any longer",
      since: startedAt,
      done: `${failingSince === null ? "it had failed" : `it had failed since ${utcTime(failingSince)}`}; ${again}`,
      look,
    });
    return { key: key("recovered"), kind: "job", text };
  }
  return undefined;
}
