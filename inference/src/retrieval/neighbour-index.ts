/** A list of neighbours of one movie, best first. */
export interface NeighbourList {
  /** Dense indices. */
  readonly indices: Int32Array;
  /** Cosine similarities. */
  readonly similarities: Float32Array;
}

/** Neighbour lists of every movie: the bundle's matrix, and what came after it was built. */
export interface NeighbourIndex {
  /** Columns of the matrix. */
  readonly width: number;
  /** rows × width dense indices, best first, padded with −1. Movies beyond it have no row. */
  readonly neighbours: Int32Array;
  readonly similarities: Float32Array;
  /** By dense index: neighbours in addition to the matrix's row. */
  readonly additions: ReadonlyMap<number, NeighbourList>;
}

/**
 * Additions for movies that the matrix lacks: each gets its own list, and appears, with the same
 * similarity, in the list of each of its neighbours; so it can both propose and be proposed.
 *
 * @param lists by dense index of the new movie.
 */
export function additionsFrom(
  lists: ReadonlyMap<number, NeighbourList>,
): ReadonlyMap<number, NeighbourList> {
  const gathered = new Map<number, { indices: number[]; similarities: number[] }>();
  const add = (of: number, index: number, similarity: number) => {
    const list = gathered.get(of) ?? { indices: [], similarities: [] };
    gathered.set(of, list);
    // Two new movies may name each other: each appears once.
    if (list.indices.includes(index)) return;
    list.indices.push(index);
    list.similarities.push(similarity);
  };
  for (const [movie, list] of lists) {
    list.indices.forEach((neighbour, place) => {
      if (neighbour === movie) return;
      add(movie, neighbour, list.similarities[place] ?? 0);
      add(neighbour, movie, list.similarities[place] ?? 0);
    });
  }
  return new Map(
    [...gathered].map(([of, list]) => [
      of,
      {
        indices: Int32Array.from(list.indices),
        similarities: Float32Array.from(list.similarities),
      },
    ]),
  );
}

/** Every neighbour of a movie with its similarity, best first, ties to the smaller index. */
export function neighboursOf(
  index: NeighbourIndex,
  movie: number,
): { index: number; similarity: number }[] {
  const found: { index: number; similarity: number }[] = [];
  const start = movie * index.width;
  for (let place = start; place < start + index.width; place += 1) {
    const neighbour = index.neighbours[place] ?? -1;
    if (neighbour < 0) break;
    found.push({ index: neighbour, similarity: index.similarities[place] ?? 0 });
  }
  const addition = index.additions.get(movie);
  addition?.indices.forEach((neighbour, place) => {
    found.push({ index: neighbour, similarity: addition.similarities[place] ?? 0 });
  });
  return found.sort((a, b) => b.similarity - a.similarity || a.index - b.index);
}
