import { fitContentMap, isEmbedded, placeOf } from "../content-map.ts";
import type { FitTools } from "../model.ts";

/** Which movies are placed by their content. */
export interface ContentOptions {
  /** A movie with n entries below this many is placed by content to 1 − n / this; 0: none is. */
  readonly contentBelow: number;
  /** Ridge of the content map, above 0. */
  readonly contentRidge: number;
}

/**
 * Give movies that few or none have watched a place among the factors: what their text foretells, learned from the movies
 * that have enough entries. A movie without an embedding stays where it is.
 *
 * @param movies (movies × factors), changed in place. @param entries of each movie, (movies).
 */
export async function placeByContent(
  { movies, factors, entries }: { movies: Float32Array; factors: number; entries: Int32Array },
  { contentBelow, contentRidge }: ContentOptions,
  { features, products }: Pick<FitTools, "features" | "products">,
): Promise<void> {
  if (contentBelow === 0) return;
  const settled = Int32Array.from(entries.keys()).filter((movie) => {
    return (entries[movie] as number) >= contentBelow;
  });
  const examples = { features, places: movies, factors, movies: settled, ridge: contentRidge };
  const map = await fitContentMap(examples, products);
  if (map === undefined) return;
  for (const [movie, count] of entries.entries()) {
    if (count >= contentBelow || !isEmbedded(features, movie)) continue;
    const share = count / contentBelow;
    for (const [k, place] of placeOf(map, features, movie).entries()) {
      const own = movies[movie * factors + k] as number;
      movies[movie * factors + k] = share * own + (1 - share) * place;
    }
  }
}
