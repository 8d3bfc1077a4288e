import { sql } from "drizzle-orm";
import { check, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** Repositories whose tags are watched. What was tagged before that is nobody's wish to release. */
export const tagRepositories = pgTable("tag_repositories", {
  /** SHA-256 of its address, which may hold a password. */
  repository: text("repository").primaryKey(),
  watchedSince: instant("watched_since").notNull(),
});

/** Every tag that was seen, with what became of it: each is submitted once. */
export const releaseTags = pgTable(
  "release_tags",
  {
    repository: text("repository")
      .notNull()
      .references(() => tagRepositories.repository),
    tag: text("tag").notNull(),
    /** That it named when it was first seen. */
    code: text("code").notNull(),
    seenAt: instant("seen_at").notNull(),
    /** `before`: older than the watch. `pending`: to be submitted. */
    outcome: text("outcome").notNull(),
    releaseId: integer("release_id"),
    /** Where it released a service other than inference. */
    serviceReleaseId: integer("service_release_id"),
    /** Why it was refused. */
    reason: text("reason"),
  },
  (table) => [
    primaryKey({ columns: [table.repository, table.tag] }),
    check(
      "release_tags_outcome",
      sql`${table.outcome} in ('before', 'pending', 'submitted', 'refused')`,
    ),
  ],
);
