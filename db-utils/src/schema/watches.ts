import { sql } from "drizzle-orm";
import { bigint, check, integer, pgTable, primaryKey } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/**
 * The minutes a user saw of a movie within one hour of event time. Partitioned by day of `hour` (UTC), kept 7 days.
 * No foreign keys: `interactions`, written in the same transaction, has them.
 */
export const watches = pgTable(
  "watches",
  {
    userId: bigint("user_id", { mode: "number" }).notNull(),
    /** The beginning of the hour, UTC. */
    hour: instant("hour").notNull(),
    movieKey: integer("movie_key").notNull(),
    firstMinute: integer("first_minute").notNull(),
    lastMinute: integer("last_minute").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.movieKey, table.hour] }),
    check(
      "watches_minutes_order",
      sql`0 <= ${table.firstMinute} and ${table.firstMinute} <= ${table.lastMinute}`,
    ),
    check(
      "watches_hour_whole",
      sql`${table.hour} = date_bin('1 hour', ${table.hour}, '2000-01-01T00:00:00Z')`,
    ),
  ],
);
