import { sql } from "drizzle-orm";
import { check, integer, pgTable, text } from "drizzle-orm/pg-core";

/** Words that users of a source put on movies, each once. */
export const tags = pgTable(
  "tags",
  {
    tagKey: integer("tag_key").primaryKey().generatedAlwaysAsIdentity(),
    name: text("name").notNull().unique(),
  },
  (table) => [check("tags_name_length", sql`length(${table.name}) between 1 and 256`)],
);
