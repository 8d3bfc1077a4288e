import { sql } from "drizzle-orm";
import { bigint, check, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** Rejected lines by reason and hour of arrival: they outlive the lines. Per partition, so that writers never meet. */
export const rejectionCounts = pgTable(
  "rejection_counts",
  {
    topic: text("topic").notNull(),
    partition: integer("partition").notNull(),
    hour: instant("hour").notNull(),
    reason: text("reason").notNull(),
    lines: bigint("lines", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.topic, table.partition, table.hour, table.reason] }),
    check("rejection_counts_reason_shape", sql`${table.reason} ~ '^[a-z][a-z_]{0,63}$'`),
    check("rejection_counts_lines_range", sql`${table.lines} >= 0`),
    check(
      "rejection_counts_hour_whole",
      sql`${table.hour} = date_bin('1 hour', ${table.hour}, '2000-01-01T00:00:00Z')`,
    ),
  ],
);
