import { sql } from "drizzle-orm";
import { check, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";
import { movies } from "./movies.ts";

/**
 * Which text of a movie the vector store holds. Keyed by collection too: the name carries model and text version, so
 * that two builds with different ones do not undo each other's work.
 */
export const movieEmbeddings = pgTable(
  "movie_embeddings",
  {
    collection: text("collection").notNull(),
    movieKey: integer("movie_key")
      .notNull()
      .references(() => movies.movieKey, { onDelete: "cascade" }),
    textHash: text("text_hash").notNull(),
    embeddedAt: instant("embedded_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.collection, table.movieKey] }),
    check("movie_embeddings_text_hash_length", sql`length(${table.textHash}) between 1 and 128`),
  ],
);
