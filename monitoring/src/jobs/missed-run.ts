/** What tells whether a job has missed a run. */
export interface JobTimes {
  /** The longest time between two runs; undefined: it has no times. */
  readonly periodMs: number | undefined;
  /** Undefined where its time never comes again. */
  readonly nextRunAt: Date | undefined;
  /** Null: it never succeeded. */
  readonly lastSuccessAt: Date | null;
  /** The first run of any job; null: none has run yet. */
  readonly diaryBeganAt: Date | null;
}

const HOUR_MS = 3_600_000;

/** What runs more often comes soon enough by itself. */
const LEAST_PERIOD_MS = 24 * HOUR_MS;

/** Whose own time comes within this is not run twice for it. */
const SOON_MS = HOUR_MS;

/**
 * Whether a daily job, or one that runs less often, has not succeeded since its last time, and its next is not soon. Its
 * last time is its next less the longest time between two runs, so of uneven schedules a missed run is seen late rather
 * than one seen that was not due. A job without a success counts from when the diary began: in a new system nothing is missed.
 */
export function isRunMissed(
  { periodMs, nextRunAt, lastSuccessAt, diaryBeganAt }: JobTimes,
  now: Date,
): boolean {
  if (periodMs === undefined || periodMs < LEAST_PERIOD_MS || nextRunAt === undefined) return false;
  const since = lastSuccessAt ?? diaryBeganAt;
  if (since === null || nextRunAt.getTime() - now.getTime() <= SOON_MS) return false;
  return since.getTime() < nextRunAt.getTime() - periodMs;
}
