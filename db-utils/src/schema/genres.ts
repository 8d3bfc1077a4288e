import { sql } from "drizzle-orm";
import { check, integer, pgTable, text } from "drizzle-orm/pg-core";

/** The names of genres, each once. */
export const genres = pgTable(
  "genres",
  {
    genreKey: integer("genre_key").primaryKey().generatedAlwaysAsIdentity(),
    name: text("name").notNull().unique(),
  },
  (table) => [check("genres_name_length", sql`length(${table.name}) between 1 and 256`)],
);
