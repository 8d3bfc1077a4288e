import { sql } from "drizzle-orm";
import { check, integer, pgTable, text } from "drizzle-orm/pg-core";

/** The names of people who made or played in movies, each once. Namesakes share a row: no source tells them apart. */
export const people = pgTable(
  "people",
  {
    personKey: integer("person_key").primaryKey().generatedAlwaysAsIdentity(),
    name: text("name").notNull().unique(),
  },
  (table) => [check("people_name_length", sql`length(${table.name}) between 1 and 256`)],
);
