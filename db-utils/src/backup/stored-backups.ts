import { readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { unusablePath } from "@canarec/service-kit/unusable-path";
import { z } from "zod";
import { type BackupRetention, expiredBackups } from "./expired-backups.ts";
import { type BackupManifest, parseManifest } from "./manifest.ts";

/** What a restore into a scratch database has proven of a backup; beside its manifest. */
const verificationSchema = z.object({
  at: z.iso.datetime(),
  /** Of the manifest: a note that was left by another backup says nothing. */
  manifestSha256: z.string(),
  rows: z.int().nonnegative(),
  seconds: z.number().nonnegative(),
});

export type BackupVerification = z.output<typeof verificationSchema>;

const VERIFICATION_FILE = "verified.json";

/** A backup in a folder of backups. */
export interface StoredBackup {
  readonly folder: string;
  readonly createdAt: Date;
  readonly migration: string;
  readonly rows: number;
  /** Of its files. */
  readonly bytes: number;
  /** Null: it has never been restored and compared. */
  readonly verification: BackupVerification | null;
}

/** A folder that looks like a backup and is none that can be read. */
export interface UnreadableBackup {
  readonly folder: string;
  readonly reason: string;
}

export interface BackupFolder {
  /** The newest first. */
  readonly backups: readonly StoredBackup[];
  readonly unreadable: readonly UnreadableBackup[];
}

const NAME = /^canarec-\d{8}T\d{6}Z$/;
const PARTIAL = /^canarec-\d{8}T\d{6}Z\.partial$/;

/** What a run that was killed has left is nobody's any more after this. */
const PARTIAL_MS = 86_400_000;

/** The name of a backup made then, within a folder of backups. */
export function backupName(now: Date): string {
  return `canarec-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** The backups of a folder; none where there is no such folder. Reads manifests alone. */
export async function listBackups(folder: string): Promise<BackupFolder> {
  const names = (await namesIn(folder)).filter((name) => NAME.test(name));
  const backups: StoredBackup[] = [];
  const unreadable: UnreadableBackup[] = [];
  for (const name of names) {
    const path = join(folder, name);
    try {
      backups.push(await readStoredBackup(path));
    } catch (failure) {
      unreadable.push({ folder: path, reason: messageOf(failure) });
    }
  }
  backups.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  return { backups, unreadable };
}

/** @throws ServiceError "not_found", or "data_loss" for a damaged manifest. */
export async function readStoredBackup(folder: string): Promise<StoredBackup> {
  const manifest = parseManifest(await textOf(join(folder, "manifest.json")));
  return {
    folder,
    createdAt: new Date(manifest.createdAt),
    migration: manifest.migration,
    rows: manifest.tables.reduce((total, { rows }) => total + rows, 0),
    bytes: await bytesIn(folder),
    verification: await readVerification(folder, manifest),
  };
}

/** Note that a backup was restored and found equal. */
export async function writeVerification(
  folder: string,
  verification: BackupVerification,
): Promise<void> {
  const path = join(folder, VERIFICATION_FILE);
  await writeFile(`${path}.new`, `${JSON.stringify(verification, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/**
 * Remove the backups that `expiredBackups` lets go, and what runs that were killed a day ago have left.
 *
 * @returns the folders that are gone.
 */
export async function pruneBackups(
  folder: string,
  retention: BackupRetention,
  now: Date,
): Promise<readonly string[]> {
  const { backups } = await listBackups(folder);
  const expired = expiredBackups(
    backups.map((backup) => ({
      name: backup.folder,
      createdAt: backup.createdAt,
      verified: backup.verification !== null,
    })),
    retention,
  );
  const abandoned: string[] = [];
  for (const name of (await namesIn(folder)).filter((each) => PARTIAL.test(each))) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (now.getTime() - mtimeMs > PARTIAL_MS) abandoned.push(path);
  }
  for (const path of [...expired, ...abandoned]) await rm(path, { recursive: true, force: true });
  return [...expired, ...abandoned];
}

async function readVerification(
  folder: string,
  manifest: BackupManifest,
): Promise<BackupVerification | null> {
  let text: string;
  try {
    text = await readFile(join(folder, VERIFICATION_FILE), "utf8");
  } catch {
    return null;
  }
  try {
    const found = verificationSchema.parse(JSON.parse(text));
    return found.manifestSha256 === manifest.sha256 ? found : null;
  } catch {
    return null; // cut short: not proven
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new ServiceError("not_found", `${path} cannot be read: no backup there`, { cause });
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (failure) {
    if (failure instanceof Error && "code" in failure && failure.code === "ENOENT") return [];
    throw unusablePath(folder, failure);
  }
}

async function bytesIn(folder: string): Promise<number> {
  let total = 0;
  for (const name of await readdir(folder)) total += (await stat(join(folder, name))).size;
  return total;
}
