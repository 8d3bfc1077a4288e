/** A list of neighbours of one movie, best first. */
export interface NeighbourList {
  /** Dense indices. */
  readonly indices: ArrayLike<number>;
  /** Cosine similarities. */
  readonly similarities: ArrayLike<number>;
}

/**
 * Neighbour lists of every movie: a matrix, and what came after it was built.
 *
 * An entry of the matrix is one 32-bit number: the dense index above, the similarity in the lower
 * `shift` bits. Half the memory of two arrays, and scoring, whose cost is memory, takes half as long.
 */
export interface NeighbourIndex {
  /** Columns of the matrix. */
  readonly width: number;
  /** rows × width entries, best first, padded with 0. Movies beyond it have no row. */
  readonly entries: Uint32Array;
  readonly shift: number;
  /** By dense index: neighbours in addition to the matrix's row, as entries. */
  readonly additions: ReadonlyMap<number, Uint32Array>;
}

/** Similarity of 1 in an entry of an index. */
export function similarityUnit(index: { readonly shift: number }): number {
  return 2 ** index.shift - 1;
}

/**
 * Pack a matrix of neighbours. Similarities of 0 or less are left out; the others are exact to
 * 2^−shift: at least 12 bits up to a million movies, 16 bits at 27 thousand.
 *
 * @param neighbours rows × width dense indices, best first, padded with −1.
 * @param capacity movies that an index must be able to name, those that come later included.
 * @throws RangeError beyond 2^20 movies.
 */
export function packNeighbours(
  neighbours: Int32Array,
  similarities: Float32Array,
  width: number,
  capacity: number,
): NeighbourIndex {
  const shift = shiftFor(capacity);
  const entries = new Uint32Array(neighbours.length);
  for (let row = 0; row < neighbours.length; row += width) {
    let place = row;
    for (let from = row; from < row + width; from += 1) {
      const neighbour = neighbours[from] as number;
      const similarity = similarities[from] as number;
      if (neighbour >= 0 && similarity > 0) entries[place++] = pack(neighbour, similarity, shift);
    }
  }
  return { width, entries, shift, additions: new Map() };
}

function shiftFor(capacity: number): number {
  const shift = 32 - Math.max(1, Math.ceil(Math.log2(capacity + 1)));
  if (shift < 12) throw new RangeError(`${capacity} movies are more than an index can name`);
  return Math.min(shift, 16);
}

function pack(neighbour: number, similarity: number, shift: number): number {
  const unit = 2 ** shift - 1;
  // At least 1, because 0 ends a row.
  const scaled = Math.max(1, Math.round(Math.min(1, similarity) * unit));
  return neighbour * 2 ** shift + scaled;
}

/**
 * The index with additions for movies that its matrix lacks: each gets its own list, and appears,
 * with the same similarity, in the list of each of its neighbours; so it proposes and is proposed.
 *
 * @param lists by dense index of the new movie.
 */
export function withAdditions(
  index: NeighbourIndex,
  lists: ReadonlyMap<number, NeighbourList>,
): NeighbourIndex {
  const gathered = new Map<number, Map<number, number>>();
  const add = (of: number, neighbour: number, similarity: number) => {
    const list = gathered.get(of) ?? new Map<number, number>();
    gathered.set(of, list);
    // Two new movies may name each other: each appears once.
    if (!list.has(neighbour)) list.set(neighbour, pack(neighbour, similarity, index.shift));
  };
  for (const [movie, list] of lists) {
    for (let place = 0; place < list.indices.length; place += 1) {
      const neighbour = list.indices[place] as number;
      const similarity = list.similarities[place] as number;
      if (neighbour === movie || similarity <= 0) continue;
      add(movie, neighbour, similarity);
      add(neighbour, movie, similarity);
    }
  }
  const additions = new Map(
    [...gathered].map(([of, list]) => [of, Uint32Array.from(list.values())] as const),
  );
  return { ...index, additions };
}

/** Every neighbour of a movie with its similarity, best first, ties to the smaller index. */
export function neighboursOf(
  index: NeighbourIndex,
  movie: number,
): { index: number; similarity: number }[] {
  const row = index.entries.subarray(movie * index.width, (movie + 1) * index.width);
  const unit = similarityUnit(index);
  return [...row, ...(index.additions.get(movie) ?? [])]
    .filter((entry) => entry !== 0)
    .map((entry) => ({ index: entry >>> index.shift, similarity: (entry & unit) / unit }))
    .sort((a, b) => b.similarity - a.similarity || a.index - b.index);
}
