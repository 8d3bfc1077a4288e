/** How alike two lists of the same user are. */
export interface ListComparison {
  /** Movies in both, as a share of the longer list; in [0, 1]. */
  readonly overlap: number;
  /**
   * Spearman's footrule with absent movies placed just behind the longer list's end, as a share of its
   * largest value (Fagin, Kumar, Sivakumar, "Comparing top k lists", 2003): 0 equal, 1 disjoint.
   */
  readonly distance: number;
}

/** @param a movie ids, best first, none twice. @param b likewise. Two empty lists are equal. */
export function compareLists(a: readonly string[], b: readonly string[]): ListComparison {
  const longest = Math.max(a.length, b.length);
  if (longest === 0) return { overlap: 0, distance: 0 };
  const placeIn = (list: readonly string[]) => new Map(list.map((id, place) => [id, place]));
  const [inA, inB] = [placeIn(a), placeIn(b)];
  let shared = 0;
  let sum = 0;
  for (const id of new Set([...a, ...b])) {
    if (inA.has(id) && inB.has(id)) shared += 1;
    sum += Math.abs((inA.get(id) ?? longest) - (inB.get(id) ?? longest));
  }
  const most = [a, b].flatMap((list) => list.map((_, place) => longest - place));
  return { overlap: shared / longest, distance: sum / most.reduce((x, y) => x + y, 0) };
}
