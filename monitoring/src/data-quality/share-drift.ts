import { type Drift, type DriftRule, SIGMAS, verdictOf } from "./drift.ts";
import { robustBand } from "./robust-band.ts";

/** What is counted of a day, out of how many: 0 ≤ part ≤ whole. */
export interface DayShare {
  readonly part: number;
  readonly whole: number;
}

/**
 * The newest day's share against those of the days before: further than 4 standard deviations from their median, and
 * further than the least difference, is a breach. The variance is that between the days (robust) and that of drawing
 * `whole` at the median's share, as in a p′ chart (Laney 2002, Improved control charts for attributes), so that few
 * samples widen the limits and many do not narrow them below what days differ by anyway.
 *
 * @param days (n), the newest first.
 * @returns undefined where the newest day has too few samples.
 */
export function shareDrift(days: readonly DayShare[], rule: DriftRule): Drift | undefined {
  const [newest, ...before] = days;
  if (newest === undefined || newest.whole < rule.leastSamples || newest.whole <= 0)
    return undefined;
  const { part, whole: samples } = newest;
  const value = part / samples;
  const shares = before
    .filter(({ whole }) => whole > 0 && whole >= rule.leastSamples)
    .map((day) => day.part / day.whole);
  if (shares.length < rule.leastDays) return { value, samples, verdict: undefined };
  const { centre, spread } = robustBand(shares);
  const deviation = Math.sqrt(spread ** 2 + (centre * (1 - centre)) / samples);
  const reach = Math.max(rule.leastDifference, SIGMAS * deviation);
  const verdict = verdictOf(value, Math.max(0, centre - reach), Math.min(1, centre + reach));
  return { value, samples, verdict };
}
