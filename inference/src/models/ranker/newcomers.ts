/**
 * Movies that came after the models were fitted, with their nearest neighbours among those that the models know. They have
 * the dense indices `known`, `known + 1`, …
 */
export interface Newcomers {
  /** Movies that the models know. */
  readonly known: number;
  /** By newcomer: dense indices below `known`; empty where it has no neighbour. */
  readonly kin: readonly Int32Array[];
  /** Similarities to them, above 0. */
  readonly weights: readonly Float32Array[];
}

/** @param known movies that the models know. */
export function noNewcomers(known: number): Newcomers {
  return { known, kin: [], weights: [] };
}

/** Neighbours of a newcomer whose scores make up its own: near ones, but not one alone. */
export const KIN = 10;

/**
 * A newcomer scores as its neighbours do, each weighted by its similarity; 0 without neighbours.
 *
 * @param scoreOf a movie that the models know.
 */
export function newcomerScore(
  { kin, weights }: Newcomers,
  newcomer: number,
  scoreOf: (movie: number) => number,
): number {
  const [near, likeness] = [kin[newcomer], weights[newcomer]];
  if (near === undefined || likeness === undefined) return 0;
  let sum = 0;
  let total = 0;
  for (let place = 0; place < near.length; place += 1) {
    const weight = likeness[place] as number;
    sum += weight * scoreOf(near[place] as number);
    total += weight;
  }
  return total > 0 ? sum / total : 0;
}
