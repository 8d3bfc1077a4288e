import type { Database } from "@canarec/db-utils/database";
import type { BundleSource } from "./load-bundle.ts";

/** Bundles as Postgres holds them, in chunks. Nothing is verified here: decodeBundle does. */
export function postgresBundles(database: Pick<Database, "pool">): BundleSource {
  const { pool } = database;
  return {
    async newestComplete() {
      const { rows } = await pool.query<{ id: string }>(
        `select bundle_id as id from bundles where state = 'complete'
         order by created_at desc, bundle_id limit 1`,
      );
      return rows[0]?.id;
    },
    async read(bundleId) {
      const found = await pool.query<{ manifest: unknown }>(
        "select manifest from bundles where bundle_id = $1 and state = 'complete'",
        [bundleId],
      );
      const manifest = found.rows[0]?.manifest;
      if (manifest === undefined) return undefined;
      const chunks = await pool.query<{ artifact: string; bytes: Buffer }>(
        `select artifact, bytes from bundle_chunks where bundle_id = $1
         order by artifact, position`,
        [bundleId],
      );
      const parts = new Map<string, Buffer[]>();
      for (const { artifact, bytes } of chunks.rows) {
        parts.set(artifact, [...(parts.get(artifact) ?? []), bytes]);
      }
      const artifacts = [...parts].map(([name, bytes]) => [name, Buffer.concat(bytes)] as const);
      return { manifest, artifacts: new Map(artifacts) };
    },
  };
}
