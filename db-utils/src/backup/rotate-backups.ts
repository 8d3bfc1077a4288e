import { join } from "node:path";
import { makeFolder } from "@canarec/service-kit/make-folder";
import { unusablePath } from "@canarec/service-kit/unusable-path";
import type { Database } from "../database.ts";
import { type BackupOptions, createBackup } from "./create-backup.ts";
import type { BackupRetention } from "./expired-backups.ts";
import { type ProvenBackup, proveBackup } from "./prove-backup.ts";
import { backupName, pruneBackups } from "./stored-backups.ts";

export interface RotationOptions extends Omit<BackupOptions, "now"> {
  readonly now: () => Date;
  readonly retention: BackupRetention;
}

export interface Rotation extends ProvenBackup {
  readonly folder: string;
  /** Folders of older backups that were removed. */
  readonly removed: readonly string[];
}

/**
 * Make a backup in a folder of backups, prove it by restoring it, and only then remove what its retention lets go. A backup
 * that cannot be proven stays, and nothing is removed for it.
 *
 * @throws as createBackup and proveBackup.
 */
export async function rotateBackups(
  db: Database,
  parent: string,
  { now, retention, ...options }: RotationOptions,
): Promise<Rotation> {
  try {
    makeFolder(parent, 0o700);
  } catch (cause) {
    throw unusablePath(parent, cause, "write");
  }
  const startedAt = now();
  const folder = join(parent, backupName(startedAt));
  await createBackup(db, folder, { ...options, now: startedAt });
  const proven = await proveBackup(db, folder, now);
  return { ...proven, folder, removed: await pruneBackups(parent, retention, now()) };
}
