import type { Database } from "@canarec/db-utils/database";
import {
  type BundleContents,
  NEIGHBOURS,
  type Watermark,
  encodeBundle,
} from "@canarec/inference/bundle/codec/index";
import { ServiceError } from "@canarec/service-kit/errors";
import { type BundleInput, readContents } from "./read-contents.ts";
import { type StoreOutcome, storeBundle } from "./store-bundle.ts";

export interface BuildOptions extends BundleInput {
  readonly database: Database;
}

export interface BuildReport {
  /** sha256 of the manifest, in hex. */
  readonly bundleId: string;
  readonly outcome: StoreOutcome;
  readonly movies: number;
  /** Movies without a neighbour list: not embedded yet. They are recommended by popularity alone. */
  readonly withoutNeighbours: number;
  readonly bytes: number;
  readonly collection: string;
  readonly watermark: Watermark;
}

/**
 * Build a bundle of the catalogue, its neighbour lists and statistics as they are now, and store it. The
 * same data give the same bundle, which is then not written again.
 *
 * @throws ServiceError "failed_precondition" without any movie, or while another build runs.
 */
export async function buildBundle(options: BuildOptions): Promise<BuildReport> {
  const { database, ...input } = options;
  const contents = await database.transaction(({ client }) => readContents(client, input), {
    isolation: "repeatable read",
  });
  if (contents.catalogue.length === 0) {
    throw new ServiceError(
      "failed_precondition",
      "the catalogue is empty: import one first (canarec catalog import)",
    );
  }
  const bundle = encodeBundle(contents);
  const outcome = await storeBundle(database, bundle);
  return {
    bundleId: bundle.bundleId,
    outcome,
    movies: contents.catalogue.length,
    withoutNeighbours: countWithoutNeighbours(contents),
    bytes: bundle.manifest.artifacts.reduce((total, { bytes }) => total + bytes, 0),
    collection: input.collection,
    watermark: contents.watermark,
  };
}

/** Movies that have no neighbour list. */
export function countWithoutNeighbours({ catalogue, neighbours }: BundleContents): number {
  return catalogue.filter((_, place) => neighbours[place * NEIGHBOURS] === -1).length;
}
