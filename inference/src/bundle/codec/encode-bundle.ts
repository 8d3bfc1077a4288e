import { encodeCatalogue } from "./catalogue-artifact.ts";
import { type Column, numbers } from "./column.ts";
import type { BundleContents } from "./contents.ts";
import { groupNames, learnedColumns, learnedManifest } from "./encode-learned.ts";
import { type ArtifactName, type Manifest, NEIGHBOURS, bundleIdOf, sha256 } from "./manifest.ts";

/** A bundle as it is stored: bytes of each artifact under a manifest that hashes them. */
export interface EncodedBundle {
  readonly bundleId: string;
  readonly manifest: Manifest;
  readonly artifacts: ReadonlyMap<ArtifactName, Uint8Array>;
}

/**
 * Encode a bundle. The same contents give the same bytes and the same id. Numbers are written as they
 * lie in memory: little-endian, as on every platform that Node 20 runs on with the exception of s390x.
 *
 * Without a learned part it is of schema version 1, with one of version 2, with tastes of groups of version 3.
 *
 * @throws RangeError if an array does not have the catalogue's n rows, or a model a number that is not finite.
 */
export function encodeBundle(contents: BundleContents): EncodedBundle {
  const { learned } = contents;
  const columns = [
    ...columnsOf(contents),
    ...(learned ? learnedColumns(learned, contents.catalogue.length) : []),
  ];
  const base = {
    watermark: contents.watermark,
    collection: contents.collection,
    textVersion: contents.textVersion,
    modelVersion: contents.modelVersion,
    ranking: { ...contents.ranking },
    artifacts: columns.map(([name, column]) => ({
      name,
      dtype: column.dtype,
      shape: [...column.shape],
      bytes: column.bytes.byteLength,
      sha256: sha256(column.bytes),
    })),
  };
  const manifest = manifestOf(learned, base);
  return {
    bundleId: bundleIdOf(manifest),
    manifest,
    artifacts: new Map(columns.map(([name, column]) => [name, column.bytes])),
  };
}

function manifestOf(
  learned: BundleContents["learned"],
  base: Omit<Extract<Manifest, { schemaVersion: 1 }>, "schemaVersion">,
): Manifest {
  if (learned === undefined) return { schemaVersion: 1, ...base };
  const manifest = learnedManifest(learned);
  const { groups } = learned;
  if (groups === undefined) return { schemaVersion: 2, learned: manifest, ...base };
  return { schemaVersion: 3, learned: { ...manifest, groups: groupNames(groups) }, ...base };
}

function columnsOf(contents: BundleContents): [ArtifactName, Column][] {
  const n = contents.catalogue.length;
  const { statistics } = contents;
  return [
    ["catalogue", { dtype: "json", shape: [n], bytes: encodeCatalogue(contents.catalogue) }],
    ["neighbours", numbers("i32", contents.neighbours, [n, NEIGHBOURS])],
    ["similarities", numbers("f32", contents.similarities, [n, NEIGHBOURS])],
    ["watchers", numbers("i32", statistics.watchers, [n])],
    ["rating_counts", numbers("i32", statistics.ratingCounts, [n])],
    ["rating_sums", numbers("f64", statistics.ratingSums, [n])],
    ["rating_square_sums", numbers("f64", statistics.ratingSquareSums, [n])],
    ["viewers", numbers("f64", statistics.viewers, [n])],
  ];
}
