/**
 * That all indices are of movies that a model knows.
 *
 * @throws RangeError for the first that is not: a movie that came after the model was fitted is the
 *   caller's to leave out.
 */
export function assertKnownMovies(indices: Int32Array, movies: number): void {
  for (const index of indices) assertKnownMovie(index, movies);
}

/** @throws RangeError for an index outside 0 … movies − 1. */
export function assertKnownMovie(index: number, movies: number): void {
  if (!(index >= 0 && index < movies)) {
    throw new RangeError(`movie ${index} is not in 0 … ${movies - 1}`);
  }
}
