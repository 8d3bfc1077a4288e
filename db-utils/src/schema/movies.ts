import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  date,
  index,
  integer,
  pgTable,
  real,
  smallint,
  text,
} from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** Where a movie's row came from first. */
export const MOVIE_SOURCES = ["stream", "platform", "jsonl", "movielens", "demo"] as const;

/** `unknown`: the platform was asked and knows no such movie or user. */
export const METADATA_STATES = ["placeholder", "known", "unknown"] as const;

/**
 * The catalogue. `movie_id` is the platform's opaque text; `movie_key` is our dense integer, used by every other
 * table and by the typed arrays of a bundle. A movie seen first in the stream is a placeholder: id alone.
 */
export const movies = pgTable(
  "movies",
  {
    movieKey: integer("movie_key").primaryKey().generatedAlwaysAsIdentity(),
    movieId: text("movie_id").notNull().unique(),
    title: text("title"),
    originalTitle: text("original_title"),
    year: smallint("year"),
    overview: text("overview"),
    language: text("language"),
    runtimeMinutes: integer("runtime_minutes"),
    releaseDate: date("release_date", { mode: "string" }),
    adult: boolean("adult"),
    tmdbId: integer("tmdb_id"),
    imdbId: text("imdb_id"),
    wikipedia: text("wikipedia"),
    posterPath: text("poster_path"),
    voteAverage: real("vote_average"),
    voteCount: integer("vote_count"),
    popularity: real("popularity"),
    source: text("source", { enum: MOVIE_SOURCES }).notNull(),
    metadataState: text("metadata_state", { enum: METADATA_STATES })
      .notNull()
      .default("placeholder"),
    lookupAttempts: integer("lookup_attempts").notNull().default(0),
    /** When the platform is to be asked next; null: not any more. */
    lookupAfter: instant("lookup_after").defaultNow(),
    firstSeenAt: instant("first_seen_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [
    check("movies_movie_id_bytes", sql`octet_length(${table.movieId}) between 1 and 256`),
    check("movies_year_range", sql`${table.year} between 1800 and 2200`),
    check("movies_runtime_minutes_range", sql`${table.runtimeMinutes} >= 0`),
    check("movies_vote_average_range", sql`${table.voteAverage} between 0 and 10`),
    check("movies_vote_count_range", sql`${table.voteCount} >= 0`),
    check("movies_lookup_attempts_range", sql`${table.lookupAttempts} >= 0`),
    check(
      "movies_source_known",
      sql`${table.source} in ('stream', 'platform', 'jsonl', 'movielens', 'demo')`,
    ),
    check(
      "movies_metadata_state_known",
      sql`${table.metadataState} in ('placeholder', 'known', 'unknown')`,
    ),
    check(
      "movies_known_has_title",
      sql`${table.metadataState} <> 'known' or ${table.title} is not null`,
    ),
    index("movies_lookup_due")
      .on(table.lookupAfter)
      .where(sql`${table.lookupAfter} is not null`),
    index("movies_title_words").using(
      "gin",
      sql`to_tsvector('simple', coalesce(${table.title}, ''))`,
    ),
  ],
);
