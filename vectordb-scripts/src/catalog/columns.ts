/** The columns of `movies` that an import fills, with their types, and the fields that they come from. */
export const SCALAR_COLUMNS = [
  { column: "title", type: "text", field: "title" },
  { column: "original_title", type: "text", field: "originalTitle" },
  { column: "year", type: "smallint", field: "year" },
  { column: "overview", type: "text", field: "overview" },
  { column: "language", type: "text", field: "language" },
  { column: "runtime_minutes", type: "integer", field: "runtimeMinutes" },
  { column: "release_date", type: "date", field: "releaseDate" },
  { column: "adult", type: "boolean", field: "adult" },
  { column: "tmdb_id", type: "integer", field: "tmdbId" },
  { column: "imdb_id", type: "text", field: "imdbId" },
  { column: "wikipedia", type: "text", field: "wikipedia" },
  { column: "poster_path", type: "text", field: "posterPath" },
  { column: "vote_average", type: "real", field: "voteAverage" },
  { column: "vote_count", type: "integer", field: "voteCount" },
  { column: "popularity", type: "real", field: "popularity" },
] as const;

/** The lists of names that an import replaces as a whole: in the staging table, as arrays. */
export const LIST_COLUMNS = ["genres", "actors", "directors", "writers"] as const;
