/** Most movies of one leading genre, for every twenty of the list. */
const GENRE_SHARE = 0.2;

/**
 * Movies for a user of whom nothing is known: by standing, but in every prefix of 20 at most 4 of
 * one leading genre (movies without a genre count as one), as long as others are left; what was
 * passed over comes as soon as there is room for it.
 *
 * @param order dense indices by standing, best first.
 * @param leadingGenre of a movie; undefined where none is known.
 * @returns all of `order`, each once.
 */
export function variedOrder(
  order: ArrayLike<number>,
  leadingGenre: (movie: number) => string | undefined,
  limit: number,
): number[] {
  const chosen: number[] = [];
  const waiting: number[] = [];
  const used = new Map<string, number>();
  const room = (genre: string, place: number) =>
    (used.get(genre) ?? 0) < Math.max(1, Math.ceil(Math.ceil((place + 1) / 20) * 20 * GENRE_SHARE));
  const take = (movie: number, genre: string) => {
    chosen.push(movie);
    used.set(genre, (used.get(genre) ?? 0) + 1);
  };
  const genreOf = (movie: number) => leadingGenre(movie) ?? "";
  for (let i = 0; i < order.length && chosen.length < limit; i += 1) {
    const returning = waiting.findIndex((movie) => room(genreOf(movie), chosen.length));
    const [returned] = returning < 0 ? [] : waiting.splice(returning, 1);
    if (returned !== undefined) take(returned, genreOf(returned));
    const movie = order[i] ?? 0;
    if (chosen.length < limit && room(genreOf(movie), chosen.length)) take(movie, genreOf(movie));
    else waiting.push(movie);
  }
  for (const movie of waiting) if (chosen.length < limit) chosen.push(movie);
  return chosen;
}
