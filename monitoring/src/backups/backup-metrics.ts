import { type BackupFolder, listBackups } from "@canarec/db-utils/backup/stored-backups";
import { Gauge, type Registry } from "@canarec/service-kit/metrics";

const STATES = ["verified", "unverified", "unreadable"] as const;

/**
 * Tell of the backups of a folder whenever somebody asks: what lies there counts, not what a job once said. What is not
 * known, because there is no backup or the folder cannot be read, is absent.
 */
export function registerBackupMetrics(registry: Registry, folder: string): void {
  const ask = sharedAnswer(() => listBackups(folder));
  const gauge = (name: string, help: string, read: (found: BackupFolder) => number | undefined) =>
    new Gauge({
      ...{ name, help, registers: [registry] },
      async collect() {
        const value = await ask().then(read, () => undefined);
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  gauge(
    "canarec_backup_newest_timestamp_seconds",
    "When the newest backup was made",
    ({ backups }) => secondsOf(backups[0]?.createdAt),
  );
  gauge(
    "canarec_backup_verified_timestamp_seconds",
    "When the newest backup was made that has been restored and found equal",
    (found) => secondsOf(newestVerified(found)?.createdAt),
  );
  gauge(
    "canarec_backup_size_bytes",
    "Size of the newest backup",
    ({ backups }) => backups[0]?.bytes,
  );
  gauge(
    "canarec_backup_restore_seconds",
    "Time that restoring and comparing the newest verified backup took",
    (found) => newestVerified(found)?.verification?.seconds,
  );
  new Gauge({
    name: "canarec_backups",
    help: "Backups in the folder by what is known of them",
    labelNames: ["state"] as const,
    registers: [registry],
    async collect() {
      const counts = await ask().then(countsOf, () => undefined);
      for (const state of STATES) {
        if (counts === undefined) this.remove({ state });
        else this.set({ state }, counts[state]);
      }
    },
  });
}

/** All who ask while an answer is under way get that one: the gauges of one scrape. */
function sharedAnswer<T>(read: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => (underWay ??= read().finally(() => (underWay = undefined)));
}

function newestVerified({ backups }: BackupFolder) {
  return backups.find(({ verification }) => verification !== null);
}

function countsOf({ backups, unreadable }: BackupFolder): Record<(typeof STATES)[number], number> {
  const verified = backups.filter(({ verification }) => verification !== null).length;
  return { verified, unverified: backups.length - verified, unreadable: unreadable.length };
}

function secondsOf(time: Date | undefined): number | undefined {
  return time && time.getTime() / 1_000;
}
