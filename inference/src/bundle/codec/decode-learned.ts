import type { Artifact } from "../../models/model.ts";
import { aligned } from "./column.ts";
import type { LearnedPart } from "./contents.ts";
import { decodeGroups } from "./decode-groups.ts";
import { type ArtifactEntry, LIKENESS, type LearnedBundleManifest } from "./manifest.ts";
import { SIZES, damaged, wholeBytes } from "./whole-bytes.ts";

/**
 * The learned part of a bundle of n movies, from its manifest: every array's length and hash, and that its numbers are
 * finite. What they mean, each model says when it is made ready.
 *
 * @throws ServiceError "data_loss".
 */
export function decodeLearned(
  manifest: LearnedBundleManifest,
  artifacts: ReadonlyMap<string, Uint8Array>,
  n: number,
): LearnedPart {
  const { learned, artifacts: entries } = manifest;
  const models = learned.models.map(({ name, config, numbers }) => {
    const prefix = `model.${name}.`;
    const arrays: Record<string, Artifact["arrays"][string]> = {};
    for (const entry of entries) {
      if (!entry.name.startsWith(prefix)) continue;
      arrays[entry.name.slice(prefix.length)] = arrayOf(entry, artifacts);
    }
    return { name, config, artifact: { numbers, arrays } };
  });
  const { from, seed, preference, blend } = learned;
  const likeness = likenessOf(entries, artifacts, n);
  const part = { from, seed, preference, models, blend, likeness };
  if (manifest.schemaVersion === 2) return part;
  return { ...part, groups: decodeGroups(manifest, artifacts, n) };
}

function likenessOf(
  entries: readonly ArtifactEntry[],
  artifacts: ReadonlyMap<string, Uint8Array>,
  n: number,
): LearnedPart["likeness"] {
  const entry = entries.find(({ name }) => name === LIKENESS);
  if (entry === undefined) throw damaged(`artifact ${LIKENESS} is missing`);
  const [rows, dimensions = -1] = entry.shape;
  if (entry.dtype !== "f32" || entry.shape.length !== 2 || rows !== n) {
    throw damaged(`artifact ${LIKENESS} is ${entry.dtype} of shape ${entry.shape.join("×")}`);
  }
  const bytes = aligned(wholeBytes(entry, artifacts, n * dimensions * SIZES.f32));
  return { vectors: finite(LIKENESS, new Float32Array(bytes)), dimensions };
}

function arrayOf(
  entry: ArtifactEntry,
  artifacts: ReadonlyMap<string, Uint8Array>,
): Artifact["arrays"][string] {
  const [length, ...more] = entry.shape;
  if (entry.dtype === "json" || length === undefined || more.length > 0) {
    throw damaged(`artifact ${entry.name} is ${entry.dtype} of shape ${entry.shape.join("×")}`);
  }
  const bytes = aligned(wholeBytes(entry, artifacts, length * SIZES[entry.dtype]));
  if (entry.dtype === "i32") return new Int32Array(bytes);
  const values = entry.dtype === "f32" ? new Float32Array(bytes) : new Float64Array(bytes);
  return finite(entry.name, values);
}

function finite<T extends Float32Array | Float64Array>(name: string, values: T): T {
  if (values.every(Number.isFinite)) return values;
  throw damaged(`artifact ${name} has a number that is not finite`);
}
