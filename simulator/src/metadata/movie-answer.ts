import type { PlatformMovie } from "../catalogue/load-catalogue.ts";
import type { Movie } from "../world/catalogue.ts";

/** A movie that came to the platform later is known by its facts alone. */
export type MovieRecord = Movie["facts"] & Partial<PlatformMovie>;

/**
 * A movie as the platform's API writes it: most numbers and booleans as strings, "null" for none
 * (../../../docs/simulator.md).
 */
export function movieAnswer(movie: MovieRecord, lengthMinutes: number): Record<string, unknown> {
  const year = movie.year === null ? null : `${String(movie.year).padStart(4, "0")}-01-01`;
  return {
    id: movie.movieId,
    tmdb_id: movie.tmdbId ?? "null",
    imdb_id: text(movie.imdbId),
    title: text(movie.title),
    original_title: text(movie.originalTitle ?? movie.title),
    adult: movie.adult === true ? "True" : "False",
    belongs_to_collection: {},
    budget: "0",
    genres: movie.genres.map((name) => ({ id: genreNumber(name), name })),
    homepage: "null",
    original_language: movie.language ?? "en",
    overview: text(movie.overview),
    popularity: text(movie.popularity),
    poster_path: text(movie.posterPath),
    production_companies: [],
    production_countries: [],
    release_date: text(movie.releaseDate ?? year),
    revenue: "0",
    runtime: movie.runtimeMinutes ?? lengthMinutes,
    spoken_languages: [],
    status: "Released",
    vote_average: text(movie.voteAverage),
    vote_count: text(movie.voteCount),
  };
}

function text(value: string | number | null | undefined): string {
  return value === null || value === undefined ? "null" : String(value);
}

/** Any number, as long as a genre keeps it. */
function genreNumber(name: string): number {
  let number = 0;
  for (const character of name) number = (number * 31 + (character.codePointAt(0) ?? 0)) % 9_973;
  return number;
}
