import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ArtifactName, Manifest } from "./codec/index.ts";

/** A bundle as it is stored, not yet believed. */
export interface StoredBundle {
  readonly manifest: unknown;
  readonly artifacts: ReadonlyMap<string, Uint8Array>;
}

/** Read a bundle's files; undefined where it is not there or cannot be read as one. */
export async function readCachedBundle(
  folder: string,
  bundleId: string,
  names: readonly ArtifactName[],
): Promise<StoredBundle | undefined> {
  const place = path.join(folder, bundleId);
  try {
    const manifest: unknown = JSON.parse(await readFile(path.join(place, "manifest.json"), "utf8"));
    const artifacts = await Promise.all(
      names.map(async (name) => [name, await readFile(path.join(place, fileOf(name)))] as const),
    );
    return { manifest, artifacts: new Map(artifacts) };
  } catch {
    return undefined; // whatever is wrong with the copy, the original is in the database
  }
}

/**
 * Keep a bundle's files: written aside and moved into place at once, so that no reader and no crash
 * sees half of it. A folder that is there already is replaced.
 */
export async function writeCachedBundle(
  folder: string,
  bundleId: string,
  bundle: { readonly manifest: Manifest; readonly artifacts: ReadonlyMap<string, Uint8Array> },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const aside = await mkdtemp(path.join(folder, ".writing-"));
  try {
    for (const [name, bytes] of bundle.artifacts) {
      await writeFile(path.join(aside, fileOf(name)), bytes);
    }
    await writeFile(path.join(aside, "manifest.json"), JSON.stringify(bundle.manifest));
    const place = path.join(folder, bundleId);
    await rm(place, { recursive: true, force: true });
    await rename(aside, place);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

function fileOf(name: string): string {
  return `${name}.bin`;
}
