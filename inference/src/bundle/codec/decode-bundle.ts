import { ServiceError } from "@canarec/service-kit/errors";
import { decodeCatalogue } from "./catalogue-artifact.ts";
import type { BundleContents } from "./contents.ts";
import {
  type ArtifactEntry,
  type ArtifactName,
  type Manifest,
  NEIGHBOURS,
  bundleIdOf,
  parseManifest,
  sha256,
} from "./manifest.ts";

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
  const bytesOf = (name: ArtifactName) => verifiedBytes(parsed, artifacts, name);
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
  return contents;
}

const LAYOUT: Readonly<Record<ArtifactName, { dtype: ArtifactEntry["dtype"]; width: number }>> = {
  catalogue: { dtype: "json", width: 0 },
  neighbours: { dtype: "i32", width: NEIGHBOURS },
  similarities: { dtype: "f32", width: NEIGHBOURS },
  watchers: { dtype: "i32", width: 1 },
  rating_counts: { dtype: "i32", width: 1 },
  rating_sums: { dtype: "f64", width: 1 },
  rating_square_sums: { dtype: "f64", width: 1 },
  viewers: { dtype: "f64", width: 1 },
};
const SIZES = { json: 0, i32: 4, f32: 4, f64: 8 } as const;

function rowsOf(manifest: Manifest): number {
  const n = entryOf(manifest, "catalogue").shape[0];
  if (n === undefined) throw damaged("artifact catalogue has no shape");
  return n;
}

function entryOf(manifest: Manifest, name: ArtifactName): ArtifactEntry {
  const entry = manifest.artifacts.find((artifact) => artifact.name === name);
  if (entry === undefined) throw damaged(`artifact ${name} is missing`);
  return entry;
}

function verifiedBytes(
  manifest: Manifest,
  artifacts: ReadonlyMap<string, Uint8Array>,
  name: ArtifactName,
): Uint8Array {
  const entry = entryOf(manifest, name);
  const bytes = artifacts.get(name);
  if (bytes === undefined) throw damaged(`artifact ${name} is missing`);
  const { dtype, width } = LAYOUT[name];
  const n = rowsOf(manifest);
  const shape = width > 1 ? [n, width] : [n];
  if (entry.dtype !== dtype || entry.shape.join() !== shape.join()) {
    throw damaged(`artifact ${name} is ${entry.dtype} of shape ${entry.shape.join("×")}`);
  }
  const expected = dtype === "json" ? entry.bytes : n * width * SIZES[dtype];
  if (bytes.byteLength !== entry.bytes || entry.bytes !== expected) {
    throw damaged(`artifact ${name} has ${bytes.byteLength} bytes, not ${expected}`);
  }
  if (sha256(bytes) !== entry.sha256) throw damaged(`artifact ${name} does not match its sha256`);
  return bytes;
}

/** A copy that begins at a multiple of 8, which typed arrays need. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
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

function damaged(what: string): ServiceError {
  return new ServiceError("data_loss", `bundle is damaged: ${what}`);
}
