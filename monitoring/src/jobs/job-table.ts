import { z } from "zod";

/** A scheduled run of a `canarec` command. */
export interface Job {
  /** Names it in the diary of jobs, in metrics and in notices. */
  readonly name: string;
  /** Cron expression, in UTC. */
  readonly schedule: string;
  /** Arguments of `canarec`. */
  readonly command: readonly string[];
  /** Commands that follow, each from what the one before printed; it throws where that is not what it needs. */
  readonly next?: readonly ((printed: unknown) => readonly string[])[];
  /** A run that takes longer is ended and counts as failed. */
  readonly limitMs: number;
  /** Run once when the service starts, too: a machine that was off has missed its times. */
  readonly atStart: boolean;
  /** Whom its failure reaches, for the message that tells of it; none directly if absent. */
  readonly harm?: string;
}

const MINUTE_MS = 60_000;

/** Everything that runs by the clock. Minutes are odd ones, away from everybody's full hours. */
export const JOBS: readonly Job[] = [
  {
    // Hourly, so that one failure is made good long before the partitions made ahead are used up.
    name: "retention",
    schedule: "7 * * * *",
    command: ["db", "retention", "--json"],
    limitMs: 10 * MINUTE_MS,
    atStart: true,
    harm: "none for two days, for which there are partitions; then no event and no answer can be written",
  },
  {
    name: "bundles",
    schedule: "37 * * * *",
    command: ["bundle", "gc", "--json"],
    limitMs: 10 * MINUTE_MS,
    atStart: false,
    harm: "none; the database grows by what is trained and built",
  },
  {
    // Reads every interaction: once a day, when few people watch movies.
    name: "statistics",
    schedule: "23 4 * * *",
    command: ["db", "statistics", "--json"],
    limitMs: 60 * MINUTE_MS,
    atStart: false,
    harm: "none directly; if counts differ, popular lists and ranks of all users are off by as much",
  },
  {
    // Of the day before, when whoever is responsible begins theirs.
    name: "digest",
    schedule: "41 6 * * *",
    command: ["digest", "--tell", "--json"],
    limitMs: 30 * MINUTE_MS,
    atStart: false,
    harm: "none; nobody is told of the day before",
  },
];

const BACKUP_LIMIT_MS = 4 * 60 * MINUTE_MS;

/** A backup of everything, restored to prove it, in a folder where older ones go by their retention. */
export function backupJob(backups: {
  /** Absolute path. */
  readonly folder: string;
  readonly daily: number;
  readonly weekly: number;
}): Job {
  return {
    name: "backup",
    schedule: "41 2 * * *",
    command: [
      ...["db", "backup", backups.folder, "--rotate"],
      ...["--daily", String(backups.daily), "--weekly", String(backups.weekly), "--json"],
    ],
    limitMs: BACKUP_LIMIT_MS,
    atStart: false,
    harm: "none while the database lives; what came since the newest proven backup is lost with it",
  };
}

const Trained = z.object({ bundleId: z.string().regex(/^[0-9a-f]{64}$/) });

/** Training reads every interaction and may take its time; what is not trained by then waits for the next night. */
const RELEASE_LIMIT_MS = 4 * 60 * MINUTE_MS;

/**
 * Main's own code with a bundle that is trained now, as a release that is gated and judged like any other. Where
 * training fails, nothing is released.
 */
export function releaseJob(schedule: string, plan: string): Job {
  return {
    name: "release",
    schedule,
    command: ["train", "--json"],
    next: [
      (printed) => [
        ...["release", "submit", "--bundle", Trained.parse(printed).bundleId],
        ...["--plan", plan, "--source", "schedule", "--json"],
      ],
    ],
    limitMs: RELEASE_LIMIT_MS,
    atStart: false,
    harm: "none; main stays as it is, and learns nothing of what users did since",
  };
}

/** The table with other times for some of its jobs. */
export function withSchedules(
  jobs: readonly Job[],
  schedules: Readonly<Record<string, string | undefined>>,
): readonly Job[] {
  return jobs.map((job) => ({ ...job, schedule: schedules[job.name] ?? job.schedule }));
}
