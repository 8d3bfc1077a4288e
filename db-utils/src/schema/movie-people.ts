import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, primaryKey, smallint, text } from "drizzle-orm/pg-core";
import { movies } from "./movies.ts";
import { people } from "./people.ts";

/** What a person did for a movie. */
export const PERSON_ROLES = ["cast", "director", "writer"] as const;

/** The people of a movie by role; `position` is the order of billing within the role, from 0. */
export const moviePeople = pgTable(
  "movie_people",
  {
    movieKey: integer("movie_key")
      .notNull()
      .references(() => movies.movieKey, { onDelete: "cascade" }),
    personKey: integer("person_key")
      .notNull()
      .references(() => people.personKey),
    role: text("role", { enum: PERSON_ROLES }).notNull(),
    position: smallint("position").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.movieKey, table.personKey, table.role] }),
    check("movie_people_role_known", sql`${table.role} in ('cast', 'director', 'writer')`),
    index("movie_people_by_person").on(table.personKey),
  ],
);
