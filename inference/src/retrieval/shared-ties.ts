/** A watched movie that carried a score, with the names that it is tied by. */
export interface Carrier {
  /** People, or genres. */
  readonly names: readonly string[];
  /** Share of the score that comes from it, in (0, 1]. */
  readonly share: number;
}

/** A person or genre that a recommended movie has in common with watched ones. */
export interface Tie {
  readonly name: string;
  /** Share of the score that comes from watched movies which have it, in (0, 1]. */
  readonly share: number;
}

/**
 * What a recommended movie has in common with the watched movies that carried it: of each of its people (or genres)
 * the shares of those watched movies that have it, too.
 *
 * A movie counts for each of its names, so shares of different names overlap. They say what the movies that speak for
 * this one are like; not that a model knows of the person: of a model's own walk through people and genres only
 * its end is stored, a weight between two movies.
 *
 * @param names of the recommended movie. @param carriers by whatever order. @param limit most ties.
 * @returns the largest share first, ties of equal shares in the order of `names`.
 */
export function sharedTies(
  names: readonly string[],
  carriers: readonly Carrier[],
  limit: number,
): Tie[] {
  return [...new Set(names)]
    .map((name) => {
      const having = carriers.filter((carrier) => carrier.names.includes(name));
      return { name, share: having.reduce((sum, { share }) => sum + share, 0) };
    })
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, limit)
    .map(({ name, share }) => ({ name, share: Math.min(1, share) }));
}
