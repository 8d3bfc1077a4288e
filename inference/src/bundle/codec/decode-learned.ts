import type { Artifact } from "../../models/model.ts";
import { aligned } from "./column.ts";
import type { LearnedPart } from "./contents.ts";
import type { ArtifactEntry, Manifest } from "./manifest.ts";
import { SIZES, damaged, wholeBytes } from "./whole-bytes.ts";

/**
 * The learned part of a manifest of version 2: every array's length and hash, and that its numbers are
 * finite. What they mean, each model says when it is made ready.
 *
 * @throws ServiceError "data_loss".
 */
export function decodeLearned(
  { learned, artifacts: entries }: Extract<Manifest, { schemaVersion: 2 }>,
  artifacts: ReadonlyMap<string, Uint8Array>,
): LearnedPart {
  const models = learned.models.map(({ name, config, numbers }) => {
    const prefix = `model.${name}.`;
    const arrays: Record<string, Artifact["arrays"][string]> = {};
    for (const entry of entries) {
      if (!entry.name.startsWith(prefix)) continue;
      arrays[entry.name.slice(prefix.length)] = arrayOf(entry, artifacts);
    }
    return { name, config, artifact: { numbers, arrays } };
  });
  return { from: learned.from, seed: learned.seed, models, blend: learned.blend };
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
  if (!values.every(Number.isFinite)) {
    throw damaged(`artifact ${entry.name} has a number that is not finite`);
  }
  return values;
}
