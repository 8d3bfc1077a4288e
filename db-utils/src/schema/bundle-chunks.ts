import { sql } from "drizzle-orm";
import { check, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { bundles } from "./bundles.ts";
import { bytea } from "./columns.ts";

/** The bytes of a bundle's artifacts, in order of `position` from 0, each piece with its own sha256. */
export const bundleChunks = pgTable(
  "bundle_chunks",
  {
    bundleId: text("bundle_id")
      .notNull()
      .references(() => bundles.bundleId, { onDelete: "cascade" }),
    artifact: text("artifact").notNull(),
    position: integer("position").notNull(),
    /** Of `bytes`, lower-case hexadecimal. */
    sha256: text("sha256").notNull(),
    bytes: bytea("bytes").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.bundleId, table.artifact, table.position] }),
    check("bundle_chunks_position_range", sql`${table.position} >= 0`),
    check("bundle_chunks_sha256_shape", sql`${table.sha256} ~ '^[0-9a-f]{64}$'`),
  ],
);
