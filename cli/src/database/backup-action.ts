import path from "node:path";
import { createBackup } from "@canarec/db-utils/backup/create-backup";
import type { BackupManifest } from "@canarec/db-utils/backup/manifest";
import { proveBackup } from "@canarec/db-utils/backup/prove-backup";
import { rotateBackups } from "@canarec/db-utils/backup/rotate-backups";
import type { BackupVerification } from "@canarec/db-utils/backup/stored-backups";
import type { Database } from "@canarec/db-utils/database";
import { ServiceError } from "@canarec/service-kit/errors";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { counted, lasting } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";
import { type BackupResult, backupInWords, backupResult } from "./backup-result.ts";
import { type BackupPlace, findBackups } from "./find-backups.ts";

interface Options extends CommonOptions {
  /** Restore it into a scratch database and compare. */
  readonly verify?: boolean;
  /** The folder holds backups: add one, and remove what is past its retention. Verifies, too. */
  readonly rotate?: boolean;
  readonly daily?: number;
  readonly weekly?: number;
}

/** What `canarec db backup` tells. */
export interface BackupMade extends BackupResult {
  /** Of writing it. */
  readonly seconds: number;
  /** Null: not asked for. */
  readonly verified: { readonly at: string; readonly seconds: number } | null;
  /** Folders of older backups that were removed. */
  readonly removed: readonly string[];
}

interface Made {
  readonly folder: string;
  readonly manifest: BackupManifest;
  readonly verification: BackupVerification | null;
  readonly removed: readonly string[];
}

/** `canarec db backup` */
export async function backupAction(
  context: CliContext,
  folder: string | undefined,
  options: Options,
): Promise<void> {
  const retention = retentionOf(context, options);
  const target =
    folder === undefined ? rotated(retention).folder : path.resolve(context.folder, folder);
  const startedAt = performance.now();
  const made = await withDatabase(context, options, (database) =>
    retention === undefined
      ? single(database, target, options.verify === true)
      : rotateBackups(database, target, { now: () => new Date(), retention }),
  );
  const { verification, removed } = made;
  const total = (performance.now() - startedAt) / 1_000;
  const seconds = Math.round((total - (verification?.seconds ?? 0)) * 1_000) / 1_000;
  const verified = verification && { at: verification.at, seconds: verification.seconds };
  const result = { ...backupResult(made.folder, made.manifest), seconds, verified, removed };
  printResult<BackupMade>(context, options, result, inWords);
}

/**
 * Undefined: a single backup, of which nothing else is known.
 *
 * @throws ServiceError "invalid_argument" for limits without what they limit.
 */
function retentionOf(context: CliContext, options: Options): BackupPlace | undefined {
  const { daily, weekly } = options;
  if (options.rotate === true) {
    const place = findBackups(context, options);
    return { ...place, daily: daily ?? place.daily, weekly: weekly ?? place.weekly };
  }
  if (daily === undefined && weekly === undefined) return undefined;
  throw new ServiceError("invalid_argument", "--daily and --weekly belong to --rotate");
}

/** @throws ServiceError "invalid_argument" where neither a folder nor --rotate was given. */
function rotated(place: BackupPlace | undefined): BackupPlace {
  if (place !== undefined) return place;
  throw new ServiceError("invalid_argument", "name a new folder, or say --rotate");
}

async function single(database: Database, folder: string, verify: boolean): Promise<Made> {
  const manifest = await createBackup(database, folder, { now: new Date() });
  const proven = verify ? await proveBackup(database, folder, () => new Date()) : undefined;
  return { folder, manifest, verification: proven?.verification ?? null, removed: [] };
}

function inWords(result: BackupMade): string {
  const lines = [backupInWords("Backed up", result)];
  if (result.verified !== null) {
    lines.push(
      `Restored into a scratch database in ${lasting(result.verified.seconds)}: every table equal.`,
    );
  }
  if (result.removed.length > 0) {
    lines.push(`Removed ${counted(result.removed.length, "older backup")}.`);
  }
  return lines.join("\n");
}
