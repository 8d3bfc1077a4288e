import { sql } from "drizzle-orm";
import { bigint, check, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** How far each partition of the stream is written here: the only truth about progress. */
export const streamOffsets = pgTable(
  "stream_offsets",
  {
    topic: text("topic").notNull(),
    partition: integer("partition").notNull(),
    nextOffset: bigint("next_offset", { mode: "number" }).notNull(),
    /** Hash of the message before `next_offset`: another one there means that the topic was made anew. */
    lastOffsetFingerprint: text("last_offset_fingerprint"),
    /** The latest event time seen. */
    highEventAt: instant("high_event_at"),
    linesTotal: bigint("lines_total", { mode: "number" }).notNull().default(0),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.topic, table.partition] }),
    check("stream_offsets_partition_range", sql`${table.partition} >= 0`),
    check("stream_offsets_next_offset_range", sql`${table.nextOffset} >= 0`),
    check("stream_offsets_lines_total_range", sql`${table.linesTotal} >= 0`),
  ],
);
