import { cp } from "node:fs/promises";
import { join } from "node:path";
import { createBackup } from "@canarec/db-utils/backup/create-backup";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import { freshDatabase, temporaryFolder } from "../../servers.ts";

export const NOW = new Date("2024-03-01T12:00:00Z");

/** A database, and a backup of it. */
export interface StoredBackup extends AsyncDisposable {
  readonly source: Database;
  readonly folder: string;
  /** The backup in a folder of its own below `path`, to be damaged. */
  copyTo(path: string): Promise<string>;
}

/** @param fill what is in the database. */
export async function openStoredBackup(
  fill: (source: Database) => Promise<void>,
): Promise<StoredBackup> {
  await using opened = new Resources();
  const fresh = opened.use(await freshDatabase());
  const source = opened.use(await openDatabase(fresh.url));
  await fill(source);
  const temporary = temporaryFolder();
  opened.defer(() => temporary[Symbol.dispose]());
  const folder = join(temporary.path, "backup");
  await createBackup(source, folder, { now: NOW });
  const copyTo = async (path: string) => {
    const copy = join(path, "copy");
    await cp(folder, copy, { recursive: true });
    return copy;
  };
  return disposable(opened, { source, folder, copyTo });
}
