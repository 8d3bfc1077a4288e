/** What makes the median absolute deviation of normal values their standard deviation: 1 / Φ⁻¹(3/4). */
const NORMAL_CONSISTENCY = 1.482602218505602;

/** Where values lie, and how far apart: by neither does one value in two move without bound. */
export interface RobustBand {
  readonly centre: number;
  /** As a standard deviation. */
  readonly spread: number;
}

/**
 * The median, and the median absolute deviation from it (Hampel 1974, The influence curve and its role in robust
 * estimation).
 *
 * @param values (n), n ≥ 1.
 */
export function robustBand(values: readonly number[]): RobustBand {
  const centre = median(values);
  const deviations = values.map((value) => Math.abs(value - centre));
  return { centre, spread: NORMAL_CONSISTENCY * median(deviations) };
}

/** The middle value; of an even number of values the mean of the middle two. @throws RangeError without values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError("no values have no median");
  return (lower + upper) / 2;
}
