import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, primaryKey } from "drizzle-orm/pg-core";
import { movies } from "./movies.ts";
import { tags } from "./tags.ts";

/** The tags of a movie, with the number of times each was given. */
export const movieTags = pgTable(
  "movie_tags",
  {
    movieKey: integer("movie_key")
      .notNull()
      .references(() => movies.movieKey, { onDelete: "cascade" }),
    tagKey: integer("tag_key")
      .notNull()
      .references(() => tags.tagKey),
    uses: integer("uses").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.movieKey, table.tagKey] }),
    check("movie_tags_uses_range", sql`${table.uses} > 0`),
    index("movie_tags_by_tag").on(table.tagKey),
  ],
);
