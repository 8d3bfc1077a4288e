/** Minutes that a movie lasts where nobody knows, not even of other movies. */
const USUAL_MINUTES = 100;

/** How long each movie lasts: its runtime, or the median of the known ones. */
export function minutesOf(
  movies: readonly { readonly runtimeMinutes: number | null }[],
): Float32Array {
  const typical = typicalMinutes(movies);
  return Float32Array.from(movies, (movie) => movie.runtimeMinutes ?? typical);
}

function typicalMinutes(movies: readonly { readonly runtimeMinutes: number | null }[]): number {
  const known = movies
    .map((movie) => movie.runtimeMinutes)
    .filter((minutes) => minutes !== null)
    .sort((a, b) => a - b);
  return known[Math.floor(known.length / 2)] ?? USUAL_MINUTES;
}
