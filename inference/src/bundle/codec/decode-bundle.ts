import { decodeCatalogue } from "./catalogue-artifact.ts";
import { aligned } from "./column.ts";
import type { BundleContents } from "./contents.ts";
import { decodeLearned } from "./decode-learned.ts";
import {
  type ArtifactEntry,
  type BaseArtifactName,
  type Manifest,
  NEIGHBOURS,
  bundleIdOf,
  parseManifest,
} from "./manifest.ts";
import { SIZES, damaged, wholeBytes } from "./whole-bytes.ts";

/**
 * Decode a bundle, believing nothing: the id against the manifest, every artifact's length and
 * sha256, shapes, index ranges, and that every number is finite.
 *
 * @param bundleId that which was asked for.
 * @param manifest as stored, of unknown shape.
 * @throws ServiceError "data_loss" naming what is damaged; "failed_precondition" for another schema version.
 */
export function decodeBundle(
  bundleId: string,
  manifest: unknown,
  artifacts: ReadonlyMap<string, Uint8Array>,
): BundleContents {
  const parsed = parseManifest(manifest);
  const actual = bundleIdOf(parsed);
  if (actual !== bundleId) throw damaged(`manifest hashes to ${actual}, not to ${bundleId}`);
  const bytesOf = (name: BaseArtifactName) => verifiedBytes(parsed, artifacts, name);
  const n = rowsOf(parsed);
  const contents = {
    watermark: parsed.watermark,
    collection: parsed.collection,
    textVersion: parsed.textVersion,
    modelVersion: parsed.modelVersion,
    ranking: parsed.ranking,
    catalogue: decodeCatalogue(bytesOf("catalogue"), n),
    neighbours: new Int32Array(aligned(bytesOf("neighbours"))),
    similarities: new Float32Array(aligned(bytesOf("similarities"))),
    statistics: {
      watchers: new Int32Array(aligned(bytesOf("watchers"))),
      ratingCounts: new Int32Array(aligned(bytesOf("rating_counts"))),
      ratingSums: new Float64Array(aligned(bytesOf("rating_sums"))),
      ratingSquareSums: new Float64Array(aligned(bytesOf("rating_square_sums"))),
      viewers: new Float64Array(aligned(bytesOf("viewers"))),
    },
  };
  assertRanges(contents, n);
  if (parsed.schemaVersion === 1) return contents;
  return { ...contents, learned: decodeLearned(parsed, artifacts, n) };
}

const LAYOUT: Readonly<Record<BaseArtifactName, { dtype: ArtifactEntry["dtype"]; width: number }>> =
  {
    catalogue: { dtype: "json", width: 0 },
    neighbours: { dtype: "i32", width: NEIGHBOURS },
    similarities: { dtype: "f32", width: NEIGHBOURS },
    watchers: { dtype: "i32", width: 1 },
    rating_counts: { dtype: "i32", width: 1 },
    rating_sums: { dtype: "f64", width: 1 },
    rating_square_sums: { dtype: "f64", width: 1 },
    viewers: { dtype: "f64", width: 1 },
  };

function rowsOf(manifest: Manifest): number {
  const n = entryOf(manifest, "catalogue").shape[0];
  if (n === undefined) throw damaged("artifact catalogue has no shape");
  return n;
}

function entryOf(manifest: Manifest, name: BaseArtifactName): ArtifactEntry {
  const entry = manifest.artifacts.find((artifact) => artifact.name === name);
  if (entry === undefined) throw damaged(`artifact ${name} is missing`);
  return entry;
}

function verifiedBytes(
  manifest: Manifest,
  artifacts: ReadonlyMap<string, Uint8Array>,
  name: BaseArtifactName,
): Uint8Array {
  const entry = entryOf(manifest, name);
  const { dtype, width } = LAYOUT[name];
  const n = rowsOf(manifest);
  const shape = width > 1 ? [n, width] : [n];
  if (entry.dtype !== dtype || entry.shape.join() !== shape.join()) {
    throw damaged(`artifact ${name} is ${entry.dtype} of shape ${entry.shape.join("×")}`);
  }
  const expected = dtype === "json" ? entry.bytes : n * width * SIZES[dtype];
  return wholeBytes(entry, artifacts, expected);
}

function assertRanges(contents: BundleContents, n: number): void {
  const { neighbours, similarities, statistics } = contents;
  if (!neighbours.every((index) => index >= -1 && index < n)) {
    throw damaged(`artifact neighbours has an index outside −1 … ${n - 1}`);
  }
  if (!similarities.every((value) => value >= -1.001 && value <= 1.001)) {
    throw damaged("artifact similarities has a number outside [−1, 1]");
  }
  const columns: Record<string, Int32Array | Float64Array> = { ...statistics };
  for (const [name, column] of Object.entries(columns)) {
    for (const value of column) {
      if (!(value >= 0 && value < Infinity)) throw damaged(`statistics ${name} has ${value}`);
    }
  }
}
