import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** What was submitted to be released. Nothing here changes but the bundle, once, when it is built. */
export const releases = pgTable(
  "releases",
  {
    releaseId: integer("release_id").primaryKey().generatedAlwaysAsIdentity(),
    submittedAt: instant("submitted_at").notNull(),
    /** `trial`: a nightly to be judged; `main`: put in place without a judgement (the first one, or an emergency). */
    kind: text("kind", { enum: ["trial", "main"] }).notNull(),
    /** Branch, tag or commit as it was submitted. */
    ref: text("ref").notNull(),
    /** Full commit, or image digest. */
    code: text("code").notNull(),
    /** What inference says of itself: the commit or digest, unless the code is not committed. */
    build: text("build").notNull(),
    /** Named at the submission, or built from the ref at the first preparation. */
    bundleId: text("bundle_id"),
    plan: jsonb("plan").notNull(),
    /** sha256 of the canonical JSON of the plan. */
    planHash: text("plan_hash").notNull(),
    /** What the last 7 days' traffic can show; the planned information is part of it. */
    expectation: jsonb("expectation"),
    actor: text("actor").notNull(),
    source: text("source").notNull(),
    /** Of the tag that asked for it. */
    tag: text("tag"),
  },
  (table) => [
    check("releases_kind_known", sql`${table.kind} in ('trial', 'main')`),
    check("releases_code_shape", sql`${table.code} ~ '^([0-9a-f]{40}|sha256:[0-9a-f]{64})$'`),
    check("releases_plan_hash_shape", sql`${table.planHash} ~ '^[0-9a-f]{64}$'`),
    uniqueIndex("releases_tag").on(table.tag),
    index("releases_by_code").on(table.code),
  ],
);
