import { sql } from "drizzle-orm";
import { bigint, check, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { bytea, instant } from "./columns.ts";

/**
 * What the platform says it showed: one row a recommendation line. Partitioned by day of `answered_at` (UTC), kept
 * 7 days. `line_hash` tells two answers of one user in the same instant apart, and a replayed line from a new one.
 */
export const platformAnswers = pgTable(
  "platform_answers",
  {
    userId: bigint("user_id", { mode: "number" }).notNull(),
    answeredAt: instant("answered_at").notNull(),
    status: integer("status").notNull(),
    ms: integer("ms").notNull(),
    lineHash: bytea("line_hash").notNull(),
    server: text("server").notNull(),
    /** Movie ids as the platform logged them, best first; empty where the status is not 200. */
    list: text("list").array().notNull(),
    error: text("error"),
  },
  (table) => [
    primaryKey({ columns: [table.answeredAt, table.userId, table.lineHash] }),
    check("platform_answers_line_hash_length", sql`length(${table.lineHash}) between 8 and 32`),
    index("platform_answers_by_user").on(table.userId, table.answeredAt),
  ],
);
