const DAY_MS = 86_400_000;

/** How age lessens the weight of an interaction. */
export interface RecencyRule {
  /** Days after which an interaction counts half as much, above 0. */
  readonly recencyHalfLifeDays: number;
  /** Least weight that age leaves, in [0, 1]; with 1 age does not count. */
  readonly recencyFloor: number;
}

/**
 * Weight of an interaction by its age, in [floor, 1]:
 *
 *     floor + (1 − floor) · 2^(−age / half-life)
 *
 * @param ageMs from 0, before the user's own latest interaction: weights do not change while nothing happens.
 */
export function recencyOf(
  ageMs: number,
  { recencyHalfLifeDays, recencyFloor: floor }: RecencyRule,
): number {
  const decay = -Math.LN2 / (recencyHalfLifeDays * DAY_MS);
  return floor + (1 - floor) * Math.exp(decay * ageMs);
}
