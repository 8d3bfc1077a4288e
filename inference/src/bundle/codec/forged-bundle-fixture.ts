import type { EncodedBundle } from "./encode-bundle.ts";
import { type ArtifactName, bundleIdOf, sha256 } from "./manifest.ts";

/**
 * The bundle with one artifact's bytes changed, and all hashes made to fit: whole, by every sum, and wrong.
 *
 * @param change of a copy; numbers lie in it little-endian.
 */
export function forgedBundle(
  bundle: EncodedBundle,
  name: ArtifactName,
  change: (view: DataView) => void,
): EncodedBundle {
  const before = bundle.artifacts.get(name);
  if (before === undefined) throw new RangeError(`there is no artifact ${name}`);
  const bytes = Uint8Array.from(before);
  change(new DataView(bytes.buffer));
  const manifest = {
    ...bundle.manifest,
    artifacts: bundle.manifest.artifacts.map((entry) =>
      entry.name === name ? { ...entry, sha256: sha256(bytes) } : entry,
    ),
  };
  const artifacts = new Map([...bundle.artifacts, [name, bytes] as const]);
  return { bundleId: bundleIdOf(manifest), manifest, artifacts };
}
