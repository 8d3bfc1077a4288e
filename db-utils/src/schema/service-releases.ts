import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

export const RELEASED_SERVICES = ["stream-parser", "load-balancer", "monitoring"] as const;

export const SERVICE_RELEASE_STATES = [
  ...["queued", "preparing", "replacing", "serving", "replaced"],
  ...["failed", "rolled-back"],
] as const;

/** Builds of services other than inference, each to take the place of the one before. */
export const serviceReleases = pgTable(
  "service_releases",
  {
    serviceReleaseId: integer("service_release_id").primaryKey().generatedAlwaysAsIdentity(),
    submittedAt: instant("submitted_at").notNull(),
    service: text("service", { enum: RELEASED_SERVICES }).notNull(),
    /** Branch, tag or commit as it was submitted. */
    ref: text("ref").notNull(),
    /** Full commit. */
    code: text("code").notNull(),
    /** Of the tag that asked for it. */
    tag: text("tag"),
    actor: text("actor").notNull(),
    source: text("source").notNull(),
    /** `replaced`: it served until another did. `failed`: it could not be made ready; `rolled-back`: nor begin to serve, or it did worse. */
    state: text("state").notNull(),
    changedAt: instant("changed_at").notNull(),
    /** Why it is in this state. */
    reason: text("reason").notNull(),
  },
  (table) => [
    check(
      "service_releases_service_known",
      sql`${table.service} in ('stream-parser', 'load-balancer', 'monitoring')`,
    ),
    check(
      "service_releases_state_known",
      sql`${table.state} in ('queued', 'preparing', 'replacing', 'serving', 'replaced', 'failed', 'rolled-back')`,
    ),
    check("service_releases_code_shape", sql`${table.code} ~ '^[0-9a-f]{40}$'`),
    uniqueIndex("service_releases_tag").on(table.tag),
    uniqueIndex("service_releases_one_serves")
      .on(table.service)
      .where(sql`${table.state} = 'serving'`),
    index("service_releases_open")
      .on(table.serviceReleaseId)
      .where(sql`${table.state} in ('queued', 'preparing', 'replacing')`),
  ],
);
