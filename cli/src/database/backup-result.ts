import type { BackupManifest } from "@canarec/db-utils/backup/manifest";
import { counted, grouped } from "../output/words.ts";

/** What `canarec db backup` wrote, or `db restore` read. */
export interface BackupResult {
  readonly folder: string;
  /** Of the backup, ISO 8601. */
  readonly createdAt: string;
  readonly migration: string;
  /** `copy`, or `copy+pg_dump` where a dump of PostgreSQL's own tool is beside it. */
  readonly method: string;
  readonly rows: number;
  readonly tables: readonly { readonly table: string; readonly rows: number }[];
}

export function backupResult(folder: string, manifest: BackupManifest): BackupResult {
  const tables = manifest.tables.map(({ table, rows }) => ({ table, rows }));
  return {
    folder,
    createdAt: manifest.createdAt,
    migration: manifest.migration,
    method: manifest.method,
    rows: tables.reduce((total, { rows }) => total + rows, 0),
    tables,
  };
}

export function backupInWords(verb: string, result: BackupResult): string {
  return `${verb} ${grouped(result.rows)} rows of ${counted(result.tables.length, "table")} (${result.method}, ${result.createdAt}, migration ${result.migration}), checksums proven: ${result.folder}`;
}
