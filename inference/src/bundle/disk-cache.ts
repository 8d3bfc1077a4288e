import {
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import path from "node:path";
import { type Manifest, parseManifest } from "./codec/index.ts";

/** A bundle as it is stored, not yet believed. */
export interface StoredBundle {
  readonly manifest: unknown;
  readonly artifacts: ReadonlyMap<string, Uint8Array>;
}

/** Read a bundle's files; undefined where it is not there or cannot be read as one. */
export async function readCachedBundle(
  folder: string,
  bundleId: string,
): Promise<StoredBundle | undefined> {
  const place = path.join(folder, bundleId);
  try {
    const manifest: unknown = JSON.parse(await readFile(path.join(place, "manifest.json"), "utf8"));
    // Names come from the file: none is believed that could lead out of the folder.
    const names = parseManifest(manifest).artifacts.map(({ name }) => name);
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

/** Say that a bundle is in use now, so that it is not among the oldest; nothing where it is not kept. */
export async function touchCachedBundle(folder: string, bundleId: string): Promise<void> {
  const now = new Date();
  await utimes(path.join(folder, bundleId), now, now).catch(() => undefined);
}

/**
 * Remove all but the `keep` bundles of a folder that were written or in use last.
 *
 * @returns the ids of those removed.
 */
export async function pruneCachedBundles(folder: string, keep: number): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /^[0-9a-f]{64}$/.test(name));
  const written = await Promise.all(
    names.map(async (name) => ({ name, ms: (await stat(path.join(folder, name))).mtimeMs })),
  );
  const old = written.sort((a, b) => b.ms - a.ms).slice(keep);
  for (const { name } of old) await rm(path.join(folder, name), { recursive: true, force: true });
  return old.map(({ name }) => name);
}

function fileOf(name: string): string {
  return `${name}.bin`;
}
