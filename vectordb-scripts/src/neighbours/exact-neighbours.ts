/** Vectors of one width, row by row, of length 1. */
export interface VectorTable {
  /** (rows, width). */
  readonly values: Float32Array;
  readonly width: number;
}

/** @throws RangeError if the vectors differ in width. */
export function vectorTable(vectors: readonly Float32Array[]): VectorTable {
  const width = vectors[0]?.length ?? 0;
  const values = new Float32Array(vectors.length * width);
  for (const [row, vector] of vectors.entries()) {
    if (vector.length !== width) throw new RangeError(`row ${row} has width ${vector.length}`);
    values.set(vector, row * width);
  }
  return { values, width };
}

/** Dot products of a row with every row, (rows). */
export function similaritiesTo(table: VectorTable, row: number): Float32Array {
  const { values, width } = table;
  const similarities = new Float32Array(width === 0 ? 0 : values.length / width);
  const start = row * width;
  for (let other = 0, at = 0; other < similarities.length; other += 1) {
    let sum = 0;
    for (let i = 0; i < width; i += 1, at += 1) sum += (values[start + i] ?? 0) * (values[at] ?? 0);
    similarities[other] = sum;
  }
  return similarities;
}

/**
 * Share of the k nearest rows that a list has found, in [0, 1]. A row as similar as the k-th counts as one of them,
 * whichever of several such the list names.
 *
 * @param found rows of the list, without `row` itself.
 * @returns 1 if there is nothing to find.
 */
export function recallOf(
  table: VectorTable,
  row: number,
  found: readonly number[],
  k: number,
): number {
  const similarities = similaritiesTo(table, row);
  const ordered = similarities.filter((_, other) => other !== row).sort((a, b) => b - a);
  const wanted = Math.min(k, ordered.length);
  if (wanted === 0) return 1;
  const least = (ordered[wanted - 1] ?? 0) - ROUNDING;
  const hits = new Set(found.filter((other) => (similarities[other] ?? -1) >= least)).size;
  return Math.min(hits, wanted) / wanted;
}

/** Single precision sums in another order differ by as much. */
const ROUNDING = 1e-6;
