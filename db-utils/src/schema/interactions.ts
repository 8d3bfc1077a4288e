import { sql } from "drizzle-orm";
import { bigint, check, integer, numeric, pgTable, primaryKey, real } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";
import { movies } from "./movies.ts";
import { users } from "./users.ts";

/** Hash partitions of `interactions`. Enough that one is vacuumed in minutes at 50 million rows. */
export const INTERACTION_PARTITIONS = 8;

/**
 * What is known of one (user, movie) pair. Hash-partitioned by user, so a history is in one partition and one index
 * range. Columns go from wide to narrow, which saves 8 bytes of padding a row. Fill factor 80 and no index beyond the
 * key, so a further minute is a heap-only update. Rows change by the rule of `mergeInteraction` alone.
 */
export const interactions = pgTable(
  "interactions",
  {
    userId: bigint("user_id", { mode: "number" })
      .notNull()
      .references(() => users.userId),
    firstWatchedAt: instant("first_watched_at"),
    lastWatchedAt: instant("last_watched_at"),
    ratedAt: instant("rated_at"),
    movieKey: integer("movie_key")
      .notNull()
      .references(() => movies.movieKey),
    furthestMinute: integer("furthest_minute"),
    /** The latest rating by event time, over the scale's maximum: in (0, 1]. */
    rating: real("rating"),
    /** The same rating as the platform sent it: a multiple of one half. */
    ratingRaw: numeric("rating_raw", { precision: 3, scale: 1, mode: "number" }),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.movieKey] }),
    check(
      "interactions_watched_whole",
      sql`num_nulls(${table.furthestMinute}, ${table.firstWatchedAt}, ${table.lastWatchedAt}) in (0, 3)`,
    ),
    check(
      "interactions_rated_whole",
      sql`num_nulls(${table.ratingRaw}, ${table.rating}, ${table.ratedAt}) in (0, 3)`,
    ),
    check(
      "interactions_not_empty",
      sql`${table.firstWatchedAt} is not null or ${table.ratedAt} is not null`,
    ),
    check("interactions_watched_order", sql`${table.firstWatchedAt} <= ${table.lastWatchedAt}`),
    check("interactions_furthest_minute_range", sql`${table.furthestMinute} >= 0`),
    check("interactions_rating_range", sql`${table.rating} > 0 and ${table.rating} <= 1`),
    check(
      "interactions_rating_raw_range",
      sql`${table.ratingRaw} between 0.5 and 10 and mod(${table.ratingRaw}, 0.5) = 0`,
    ),
  ],
);
