import type { MovieFacts } from "./catalogue.ts";

const GENRES = ["Action", "Comedy", "Drama", "Horror", "Romance", "Western"];

/** A small catalogue for tests and trials: n movies, each of one or two of six genres. */
export function sampleMovies(n: number): MovieFacts[] {
  return Array.from({ length: n }, (_, index) => {
    const first = GENRES[index % GENRES.length] ?? "Drama";
    const second = GENRES[Math.floor(index / GENRES.length) % GENRES.length] ?? "Drama";
    return {
      movieId: `movie+${index}+${1950 + (index % 70)}`,
      title: `Movie ${index}`,
      year: 1950 + (index % 70),
      genres: [...new Set([first, second])],
      runtimeMinutes: index % 3 === 0 ? null : 80 + (index % 60),
    };
  });
}
