import type { Database } from "@canarec/db-utils/database";
import { type Manifest, type Watermark, decodeBundle } from "@canarec/inference/bundle/codec/index";
import { postgresBundles } from "@canarec/inference/bundle/postgres-source";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";

/** A bundle as a list shows it. */
export interface BundleSummary {
  readonly bundleId: string;
  readonly state: "building" | "complete";
  readonly createdAt: Date;
  readonly pinned: boolean;
  readonly bytes: number;
  readonly collection: string;
  readonly watermark: Watermark;
}

const SUMMARY = `bundle_id as "bundleId", state, created_at as "createdAt", pinned, bytes::float8 as bytes,
  collection, watermark`;

/** Newest first. */
export async function listBundles(database: Database): Promise<BundleSummary[]> {
  const { rows } = await database.pool.query<BundleSummary>(
    `select ${SUMMARY} from bundles order by created_at desc, bundle_id`,
  );
  return rows;
}

export interface BundleDetails extends BundleSummary {
  readonly manifest: Manifest;
  /** What is wrong with its stored bytes; null for nothing. */
  readonly damage: string | null;
  /** Null where it is damaged, or not complete yet. */
  readonly movies: number | null;
}

/**
 * The full id of a bundle.
 *
 * @param idPrefix the beginning of its id, or `newest` for the newest complete one.
 * @throws ServiceError "not_found", or "invalid_argument" when the prefix fits several.
 */
export async function findBundleId(database: Database, idPrefix: string): Promise<string> {
  const { rows } = await database.pool.query<{ id: string }>(
    `select bundle_id as id from bundles
     where case when $1 = 'newest' then state = 'complete' else starts_with(bundle_id, $1) end
     order by created_at desc limit 2`,
    [idPrefix],
  );
  const [found, other] = rows;
  if (found === undefined) throw new ServiceError("not_found", `no bundle ${idPrefix}`);
  if (other !== undefined && idPrefix !== "newest") {
    throw new ServiceError("invalid_argument", `several bundles begin with ${idPrefix}`);
  }
  return found.id;
}

/**
 * One bundle, every byte of it verified.
 *
 * @param idPrefix the beginning of its id, or `newest`.
 * @throws ServiceError "not_found", or "invalid_argument" when the prefix fits several.
 */
export async function showBundle(database: Database, idPrefix: string): Promise<BundleDetails> {
  const bundleId = await findBundleId(database, idPrefix);
  const { rows } = await database.pool.query<BundleSummary & { manifest: Manifest }>(
    `select ${SUMMARY}, manifest from bundles where bundle_id = $1`,
    [bundleId],
  );
  const [found] = rows;
  if (found === undefined) throw new ServiceError("not_found", `no bundle ${bundleId}`);
  if (found.state === "building") return { ...found, damage: null, movies: null };
  try {
    const stored = await postgresBundles(database).read(found.bundleId);
    const { catalogue } = decodeBundle(
      found.bundleId,
      stored?.manifest,
      stored?.artifacts ?? new Map(),
    );
    return { ...found, damage: null, movies: catalogue.length };
  } catch (failure) {
    return { ...found, damage: messageOf(failure), movies: null };
  }
}
