import { sql } from "drizzle-orm";
import { bigint, boolean, check, index, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** A bundle is written in pieces; only a `complete` one may be served. */
export const BUNDLE_STATES = ["building", "complete"] as const;

/** Where in the stream a bundle's data ends. Offsets are next offsets by `topic/partition`. */
export interface BundleWatermark {
  readonly offsets: Readonly<Record<string, number>>;
  readonly highEventAt: string | null;
}

/** Immutable sets of artifacts, named by the hash of their manifest. */
export const bundles = pgTable(
  "bundles",
  {
    /** sha256 of the canonical manifest, lower-case hexadecimal. */
    bundleId: text("bundle_id").primaryKey(),
    createdAt: instant("created_at").notNull().defaultNow(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    schemaVersion: integer("schema_version").notNull(),
    pinned: boolean("pinned").notNull().default(false),
    state: text("state", { enum: BUNDLE_STATES }).notNull().default("building"),
    collection: text("collection").notNull(),
    watermark: jsonb("watermark").$type<BundleWatermark>().notNull(),
    manifest: jsonb("manifest").notNull(),
  },
  (table) => [
    check("bundles_bundle_id_shape", sql`${table.bundleId} ~ '^[0-9a-f]{64}$'`),
    check("bundles_bytes_range", sql`${table.bytes} >= 0`),
    check("bundles_schema_version_range", sql`${table.schemaVersion} >= 1`),
    check("bundles_state_known", sql`${table.state} in ('building', 'complete')`),
    index("bundles_newest_complete")
      .on(table.createdAt)
      .where(sql`${table.state} = 'complete'`),
  ],
);
