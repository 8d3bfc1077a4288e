import { sql } from "drizzle-orm";
import { bigint, check, integer, pgTable } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";
import { movies } from "./movies.ts";

/**
 * One rating counts as an integer: the normalised rating in twentieths, exact for scales of 5 and of 10. Sums of
 * integers do not depend on the order in which batches fell.
 */
export const RATING_UNITS = 20;

/**
 * Counts per movie, a function of `interactions` alone, kept by deltas in the transaction that changes those.
 *
 * NOTE: the sums have no lower bound as a check, because an upsert's proposed row is a delta and may be negative.
 */
export const movieStatistics = pgTable(
  "movie_statistics",
  {
    movieKey: integer("movie_key")
      .primaryKey()
      .references(() => movies.movieKey, { onDelete: "cascade" }),
    /** Users who watched at least a minute. */
    watchers: integer("watchers").notNull().default(0),
    ratingCount: integer("rating_count").notNull().default(0),
    /** Sum of ratings in units of 1/20 of the scale. */
    ratingSum: bigint("rating_sum", { mode: "number" }).notNull().default(0),
    /** Sum of squared ratings in units of 1/400. */
    ratingSquareSum: bigint("rating_square_sum", { mode: "number" }).notNull().default(0),
    /** When the row was last written, by the database's clock: what a refresh reads from. */
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [
    check("movie_statistics_watchers_range", sql`${table.watchers} >= 0`),
    check("movie_statistics_rating_count_range", sql`${table.ratingCount} >= 0`),
  ],
);
