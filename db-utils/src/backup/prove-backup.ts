import type { Database } from "../database.ts";
import type { BackupManifest } from "./manifest.ts";
import { restoreBackup } from "./restore-backup.ts";
import { openScratchDatabase } from "./scratch-database.ts";
import { type BackupVerification, writeVerification } from "./stored-backups.ts";

/** A backup that was restored, and what that took. */
export interface ProvenBackup {
  readonly manifest: BackupManifest;
  readonly verification: BackupVerification;
}

/**
 * Restore a backup into a scratch database beside `db`, read every table back, and compare counts and checksums with the
 * manifest; note in its folder that they are equal. Nothing of `db` itself is read or written.
 *
 * @throws ServiceError "not_found", "data_loss" (damaged: says what), "failed_precondition" (another migration, no right to
 *   create databases, or another verification runs).
 */
export async function proveBackup(
  db: Database,
  folder: string,
  now: () => Date,
): Promise<ProvenBackup> {
  const startedAt = performance.now();
  const manifest = await restoreElsewhere(db, folder);
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  const rows = manifest.tables.reduce((total, table) => total + table.rows, 0);
  const verification = {
    at: now().toISOString(),
    manifestSha256: manifest.sha256,
    rows,
    seconds,
  };
  await writeVerification(folder, verification);
  return { manifest, verification };
}

async function restoreElsewhere(db: Database, folder: string): Promise<BackupManifest> {
  await using scratch = await openScratchDatabase(db);
  return (await restoreBackup(scratch.database, folder)).manifest;
}
