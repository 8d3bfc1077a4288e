/** A backup as its retention sees it. */
export interface KeptBackup {
  readonly name: string;
  readonly createdAt: Date;
  /** It was restored into a database and found equal. */
  readonly verified: boolean;
}

/** Of how many days and weeks a backup is kept. */
export interface BackupRetention {
  /** The newest days that have a backup. At least 1. */
  readonly daily: number;
  /** The newest weeks that have one. */
  readonly weekly: number;
}

export const DEFAULT_BACKUP_RETENTION: BackupRetention = { daily: 7, weekly: 4 };

const DAY_MS = 86_400_000;

/** 1970-01-01 was a Thursday: with 3 days more, weeks begin on Mondays. */
const WEEK_SHIFT_DAYS = 3;

/**
 * Which backups may go. Of each of the newest `daily` days (UTC) and `weekly` weeks (from Monday, UTC) that have a
 * verified backup, the newest verified one stays; days without one take no place, as in restic's `--keep-daily`. A backup
 * that is not verified takes no place of one that is: of those newer than every verified one the `daily` newest stay, so
 * that somebody can look why; the others go.
 *
 * @returns names, the oldest first.
 */
export function expiredBackups(
  backups: readonly KeptBackup[],
  { daily, weekly }: BackupRetention,
): readonly string[] {
  const newestFirst = backups.toSorted(
    (a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.name < b.name ? 1 : -1),
  );
  const verified = newestFirst.filter((backup) => backup.verified);
  const firstVerified = newestFirst.findIndex((backup) => backup.verified);
  const unverified = firstVerified < 0 ? newestFirst : newestFirst.slice(0, firstVerified);
  const kept = new Set([
    ...newestOfEach(verified, dayOf, Math.max(1, daily)),
    ...newestOfEach(verified, weekOf, weekly),
    ...unverified.slice(0, Math.max(1, daily)),
  ]);
  return newestFirst
    .filter((backup) => !kept.has(backup))
    .map(({ name }) => name)
    .reverse();
}

function newestOfEach(
  newestFirst: readonly KeptBackup[],
  periodOf: (backup: KeptBackup) => number,
  periods: number,
): KeptBackup[] {
  const found = new Map<number, KeptBackup>();
  for (const backup of newestFirst) {
    const period = periodOf(backup);
    if (!found.has(period)) found.set(period, backup);
  }
  return [...found.values()].slice(0, Math.max(0, periods));
}

function dayOf({ createdAt }: KeptBackup): number {
  return Math.floor(createdAt.getTime() / DAY_MS);
}

function weekOf(backup: KeptBackup): number {
  return Math.floor((dayOf(backup) + WEEK_SHIFT_DAYS) / 7);
}
