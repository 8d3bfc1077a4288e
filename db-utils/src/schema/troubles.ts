import { sql } from "drizzle-orm";
import { check, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/**
 * What went wrong with the service as a whole, from when to when: a row is written when its beginning is seen for long enough
 * to be told, and ended likewise. So whoever watches next knows what has been told; where Alertmanager tells, it is a record.
 */
export const troubles = pgTable(
  "troubles",
  {
    /** Names what is watched: `lag`, `job-late:retention`. */
    trouble: text("trouble").notNull(),
    beganAt: instant("began_at").notNull(),
    /** Null while it lasts. */
    endedAt: instant("ended_at"),
    /** In a line, with its figures at the beginning. */
    what: text("what").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.trouble, table.beganAt] }),
    check("troubles_end_after_beginning", sql`${table.endedAt} >= ${table.beganAt}`),
    uniqueIndex("troubles_one_at_a_time")
      .on(table.trouble)
      .where(sql`${table.endedAt} is null`),
  ],
);
