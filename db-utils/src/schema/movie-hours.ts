import { sql } from "drizzle-orm";
import { check, integer, pgTable, primaryKey } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";
import { movies } from "./movies.ts";

/**
 * Users whose first interaction with a movie fell into an hour: `coalesce(first_watched_at, rated_at)`. Integers, so
 * that no sum depends on the order of batches; popularity decays when it is read. A function of `interactions` alone.
 *
 * NOTE: lower a count by UPDATE, not by an upsert of a negative row: the check sees the proposed row.
 */
export const movieHours = pgTable(
  "movie_hours",
  {
    movieKey: integer("movie_key")
      .notNull()
      .references(() => movies.movieKey, { onDelete: "cascade" }),
    /** The beginning of the hour, UTC. */
    hour: instant("hour").notNull(),
    viewers: integer("viewers").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.movieKey, table.hour] }),
    check("movie_hours_viewers_range", sql`${table.viewers} >= 0`),
    check(
      "movie_hours_hour_whole",
      sql`${table.hour} = date_bin('1 hour', ${table.hour}, '2000-01-01T00:00:00Z')`,
    ),
  ],
);
