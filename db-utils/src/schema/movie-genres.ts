import { index, integer, pgTable, primaryKey, smallint } from "drizzle-orm/pg-core";
import { genres } from "./genres.ts";
import { movies } from "./movies.ts";

/** The genres of a movie; `position` keeps the order in which the source listed them, from 0. */
export const movieGenres = pgTable(
  "movie_genres",
  {
    movieKey: integer("movie_key")
      .notNull()
      .references(() => movies.movieKey, { onDelete: "cascade" }),
    genreKey: integer("genre_key")
      .notNull()
      .references(() => genres.genreKey),
    position: smallint("position").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.movieKey, table.genreKey] }),
    index("movie_genres_by_genre").on(table.genreKey),
  ],
);
