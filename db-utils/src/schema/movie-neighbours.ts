import { sql } from "drizzle-orm";
import { check, integer, pgTable, primaryKey, real, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";
import { movies } from "./movies.ts";

/** The movies nearest to a movie in a collection: keys and cosine similarities, best first, at most 100. */
export const movieNeighbours = pgTable(
  "movie_neighbours",
  {
    collection: text("collection").notNull(),
    movieKey: integer("movie_key")
      .notNull()
      .references(() => movies.movieKey, { onDelete: "cascade" }),
    updatedAt: instant("updated_at").notNull(),
    neighbours: integer("neighbours").array().notNull(),
    similarities: real("similarities").array().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.collection, table.movieKey] }),
    check(
      "movie_neighbours_lengths",
      sql`cardinality(${table.neighbours}) = cardinality(${table.similarities}) and cardinality(${table.neighbours}) <= 100`,
    ),
  ],
);
