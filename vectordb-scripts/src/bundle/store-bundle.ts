import { createHash } from "node:crypto";
import { notifyBundle } from "@canarec/db-utils/change-feed/notify";
import type { Database } from "@canarec/db-utils/database";
import type { Queryable } from "@canarec/db-utils/queryable";
import { openSession } from "@canarec/db-utils/session";
import type { EncodedBundle } from "@canarec/inference/bundle/codec/index";
import { ServiceError } from "@canarec/service-kit/errors";

/** Bytes of a chunk: small enough for one statement, few enough rows. */
export const CHUNK_BYTES = 1024 * 1024;

/** Any constant: it only has to be the same for every build on a database. */
const BUILD_LOCK = 7_226_002;

/** `repaired`: it was there, but damaged, and has been written anew. */
export type StoreOutcome = "built" | "unchanged" | "repaired";

/**
 * Write a bundle: its row as `building`, its chunks, and only then `complete`, which is announced. Whatever
 * a build that was killed left behind is removed first. A bundle that is there already is left as it is.
 *
 * @throws ServiceError "failed_precondition" while another build runs.
 */
export async function storeBundle(
  database: Database,
  bundle: EncodedBundle,
): Promise<StoreOutcome> {
  // With its connection goes the lock.
  await using session = await openSession(database, "canarec bundle build");
  const { client } = session;
  await requireLock(client);
  await client.query("delete from bundles where state = 'building'");
  const known = await client.query("select from bundles where bundle_id = $1", [bundle.bundleId]);
  const isKnown = known.rowCount === 1;
  if (isKnown && (await isIntact(client, bundle))) return "unchanged";
  await writeBuilding(client, bundle);
  for (const [artifact, bytes] of bundle.artifacts)
    await writeChunks(client, { bundle, artifact, bytes });
  await complete(client, bundle.bundleId);
  return isKnown ? "repaired" : "built";
}

async function requireLock(client: Queryable): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>(
    "select pg_try_advisory_lock($1) as locked",
    [BUILD_LOCK],
  );
  if (rows[0]?.locked !== true) {
    throw new ServiceError("failed_precondition", "another bundle is being built");
  }
}

async function isIntact(client: Queryable, bundle: EncodedBundle): Promise<boolean> {
  const { rows } = await client.query<{ bytes: number; intact: boolean }>(
    `select coalesce(sum(length(bytes)), 0) as bytes,
       coalesce(bool_and(sha256 = encode(sha256(bytes), 'hex')), false) as intact
     from bundle_chunks where bundle_id = $1`,
    [bundle.bundleId],
  );
  return rows[0]?.intact === true && rows[0].bytes === bytesOf(bundle);
}

async function writeBuilding(client: Queryable, bundle: EncodedBundle): Promise<void> {
  const { manifest } = bundle;
  await client.query(
    `insert into bundles (bundle_id, bytes, schema_version, collection, watermark, manifest)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (bundle_id) do update set state = 'building'`,
    [
      bundle.bundleId,
      bytesOf(bundle),
      manifest.schemaVersion,
      manifest.collection,
      manifest.watermark,
      manifest,
    ],
  );
  await client.query("delete from bundle_chunks where bundle_id = $1", [bundle.bundleId]);
}

async function writeChunks(
  client: Queryable,
  { bundle, artifact, bytes }: { bundle: EncodedBundle; artifact: string; bytes: Uint8Array },
): Promise<void> {
  // An artifact without a byte has one chunk, too: without any it would be missing.
  const chunks = Math.max(1, Math.ceil(bytes.length / CHUNK_BYTES));
  for (let position = 0; position < chunks; position += 1) {
    const start = position * CHUNK_BYTES;
    const chunk = Buffer.from(bytes.subarray(start, start + CHUNK_BYTES));
    const sha256 = createHash("sha256").update(chunk).digest("hex");
    await client.query(
      `insert into bundle_chunks (bundle_id, artifact, position, sha256, bytes)
       values ($1, $2, $3, $4, $5)`,
      [bundle.bundleId, artifact, position, sha256, chunk],
    );
  }
}

async function complete(client: Queryable, bundleId: string): Promise<void> {
  await client.query("begin");
  await client.query(
    "update bundles set state = 'complete', created_at = now() where bundle_id = $1",
    [bundleId],
  );
  await notifyBundle(client, bundleId);
  await client.query("commit");
}

function bytesOf(bundle: EncodedBundle): number {
  return bundle.manifest.artifacts.reduce((total, { bytes }) => total + bytes, 0);
}
