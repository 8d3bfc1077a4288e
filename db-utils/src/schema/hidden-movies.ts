import { bigint, index, integer, pgTable, primaryKey } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";
import { movies } from "./movies.ts";

/** Movies that users do not want to be shown. A user who was never seen on the stream may hide, too. */
export const hiddenMovies = pgTable(
  "hidden_movies",
  {
    userId: bigint("user_id", { mode: "number" }).notNull(),
    hiddenAt: instant("hidden_at").notNull().defaultNow(),
    movieKey: integer("movie_key")
      .notNull()
      .references(() => movies.movieKey, { onDelete: "cascade" }),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.movieKey] }),
    index("hidden_movies_by_movie").on(table.movieKey),
  ],
);
