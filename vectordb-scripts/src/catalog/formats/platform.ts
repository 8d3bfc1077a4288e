import { parseMovieMetadata } from "@canarec/stream-parser/metadata/parse-metadata";
import { bareMovie } from "../catalogue-movie.ts";
import { movieIdFrom } from "../movie-id.ts";
import { type Row, rejected } from "../problem.ts";

/** A movie from one object of the platform's metadata API, read as the background look-up reads it. */
export function parsePlatformMovie(value: Readonly<Record<string, unknown>>): Row {
  const movieId = movieIdFrom(value["id"]);
  if (typeof movieId !== "string") return movieId;
  const metadata = parseMovieMetadata({ ...value, id: movieId });
  if ("problem" in metadata) return rejected("missing_title");
  return {
    movie: {
      ...bareMovie(movieId, metadata.title),
      ...metadata,
      runtimeMinutes: metadata.runtimeMinutes === 0 ? null : metadata.runtimeMinutes,
      tmdbId: metadata.tmdbId === 0 ? null : metadata.tmdbId,
    },
    format: "platform",
    remarks: metadata.overview === null ? ["empty_overview"] : [],
  };
}
