import { sql } from "drizzle-orm";
import { bigint, check, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { bytea, instant } from "./columns.ts";

/** Lines of the stream that are no event, as they came, for whoever wants to know why. Bounded by age and count. */
export const rejectedLines = pgTable(
  "rejected_lines",
  {
    topic: text("topic").notNull(),
    partition: integer("partition").notNull(),
    offset: bigint("offset", { mode: "number" }).notNull(),
    receivedAt: instant("received_at").notNull(),
    reason: text("reason").notNull(),
    /** The bytes, cut at the writer's limit. */
    raw: bytea("raw").notNull(),
    /** Length of the whole line, before any cut. */
    rawBytes: integer("raw_bytes").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.topic, table.partition, table.offset] }),
    check("rejected_lines_reason_shape", sql`${table.reason} ~ '^[a-z][a-z_]{0,63}$'`),
    check("rejected_lines_raw_bytes_range", sql`${table.rawBytes} >= length(${table.raw})`),
    index("rejected_lines_by_received_at").on(table.receivedAt),
  ],
);
