import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { DatabaseError } from "pg";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { type CopyDigest, createDigester } from "./copy-digest.ts";
import { type BackupManifest, type BackupTable, parseManifest } from "./manifest.ts";

/**
 * Prove that a backup is whole: its manifest, and count and checksum of every file. Needs no database.
 *
 * @throws ServiceError "not_found" (no backup there) or "data_loss", naming the file that is damaged.
 */
export async function verifyBackup(folder: string): Promise<BackupManifest> {
  const manifest = await readManifest(folder);
  for (const entry of manifest.tables) {
    const nowhere = new Writable({
      write(_chunk, _encoding, done) {
        done();
      },
    });
    requireEqual(entry, await readTable(folder, entry, nowhere));
  }
  return manifest;
}

async function readManifest(folder: string): Promise<BackupManifest> {
  const path = join(folder, "manifest.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new ServiceError("not_found", `${path} cannot be read: no backup there`, { cause });
  }
  return parseManifest(text);
}

/**
 * Stream the rows of a table's file into `sink`.
 *
 * @throws ServiceError "data_loss" when the file is missing or cannot be decompressed.
 */
export async function readTable(
  folder: string,
  { file }: BackupTable,
  sink: NodeJS.WritableStream,
): Promise<CopyDigest> {
  const digester = createDigester();
  try {
    await pipeline(createReadStream(join(folder, file)), createGunzip(), digester.stream, sink);
  } catch (cause) {
    if (cause instanceof DatabaseError) throw cause; // the sink's own refusal of a row
    throw new ServiceError("data_loss", `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
  return digester.digest();
}

/** @throws ServiceError "data_loss" when rows are not those that the manifest tells of. */
export function requireEqual(entry: BackupTable, found: CopyDigest): void {
  if (found.rows !== entry.rows) {
    throw new ServiceError(
      "data_loss",
      `${entry.file} is damaged: ${found.rows} rows instead of ${entry.rows}`,
    );
  }
  if (found.sha256 !== entry.sha256) {
    throw new ServiceError("data_loss", `${entry.file} is damaged: its checksum is wrong`);
  }
}
