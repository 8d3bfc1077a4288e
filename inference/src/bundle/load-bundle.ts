import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import { type BundleContents, decodeBundle, parseManifest } from "./codec/index.ts";
import {
  type StoredBundle,
  pruneCachedBundles,
  readCachedBundle,
  touchCachedBundle,
  writeCachedBundle,
} from "./disk-cache.ts";

/** Copies on disk: of the bundles that both tracks serve, and of some before them. */
const CACHED_BUNDLES = 8;

/** Where bundles come from: Postgres. */
export interface BundleSource {
  /** Id of the newest complete bundle; undefined where there is none. */
  newestComplete(): Promise<string | undefined>;
  /** A complete bundle; undefined where there is no such. */
  read(bundleId: string): Promise<StoredBundle | undefined>;
}

export interface BundleLoader {
  /**
   * The bundle, verified: from the disk cache, else from Postgres and then cached.
   *
   * @throws ServiceError "not_found", "data_loss" where Postgres's copy is damaged too, "failed_precondition" for another
   * schema version.
   */
  load(bundleId: string): Promise<BundleContents>;
  /** Say that a replica serves the bundle: its copy on disk is kept, however many follow. */
  inUse(bundleId: string): Promise<void>;
}

/** @param folder of the disk cache. */
export function createBundleLoader(
  source: BundleSource,
  folder: string,
  log: Logger,
): BundleLoader {
  return {
    async load(bundleId) {
      const cached = await readCachedBundle(folder, bundleId);
      if (cached !== undefined) {
        try {
          const contents = decodeBundle(bundleId, cached.manifest, cached.artifacts);
          await touchCachedBundle(folder, bundleId);
          return contents;
        } catch (failure) {
          log.warn(
            { bundle: bundleId, err: failure },
            "cached bundle is damaged; reading it again",
          );
        }
      }
      const stored = await source.read(bundleId);
      if (stored === undefined) {
        throw new ServiceError("not_found", `there is no complete bundle ${bundleId}`);
      }
      const contents = decodeBundle(bundleId, stored.manifest, stored.artifacts);
      await keep(bundleId, stored);
      return contents;
    },
    inUse: (bundleId) => touchCachedBundle(folder, bundleId),
  };

  async function keep(bundleId: string, { manifest, artifacts }: StoredBundle): Promise<void> {
    try {
      await writeCachedBundle(folder, bundleId, { manifest: parseManifest(manifest), artifacts });
      await pruneCachedBundles(folder, CACHED_BUNDLES);
    } catch (failure) {
      // A full disk makes the next start slower, nothing worse.
      log.warn({ bundle: bundleId, reason: messageOf(failure) }, "bundle could not be cached");
    }
  }
}
