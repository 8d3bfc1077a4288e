import { type Drift, type DriftRule, SIGMAS, verdictOf } from "./drift.ts";
import { robustBand } from "./robust-band.ts";

/** How many of each kind. */
export type Mix = Readonly<Record<string, number>>;

/** Added to every count, so that a kind that one side has not seen has a finite weight. */
const PRIOR = 0.5;

/**
 * How far two mixes are apart: Σ (p − q) ln(p / q) over the kinds of either, the population stability index (Siddiqi 2006,
 * Credit Risk Scorecards), which is Jeffreys' divergence. 0 for equal shares, symmetric, without an upper bound; below 0.1 by
 * custom nothing, above 0.25 a shift. Every count is taken a half larger.
 */
export function stabilityIndex(one: Mix, other: Mix): number {
  const kinds = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const totalOf = (mix: Mix) => kinds.reduce((sum, kind) => sum + (mix[kind] ?? 0) + PRIOR, 0);
  const [total, otherTotal] = [totalOf(one), totalOf(other)];
  return kinds.reduce((sum, kind) => {
    const p = ((one[kind] ?? 0) + PRIOR) / total;
    const q = ((other[kind] ?? 0) + PRIOR) / otherTotal;
    return sum + (p - q) * Math.log(p / q);
  }, 0);
}

/**
 * How far the newest day's mix is from that of the days before together. It is a breach above the least difference where it
 * is also more than 4 standard deviations above the median of what each earlier day is from the others.
 *
 * @param days (n), the newest first.
 * @returns undefined where the newest day has too few samples, or the history too few days.
 */
export function mixDrift(days: readonly Mix[], rule: DriftRule): Drift | undefined {
  const [newest, ...earlier] = days;
  if (newest === undefined || sizeOf(newest) < rule.leastSamples) return undefined;
  const before = earlier.filter((day) => sizeOf(day) > 0 && sizeOf(day) >= rule.leastSamples);
  if (before.length < Math.max(2, rule.leastDays)) return undefined;
  const value = stabilityIndex(newest, sumOf(before));
  const usual = before.map((day, n) => stabilityIndex(day, sumOf(before.toSpliced(n, 1))));
  const { centre, spread } = robustBand(usual);
  const upper = Math.max(rule.leastDifference, centre + SIGMAS * spread);
  return { value, samples: sizeOf(newest), verdict: verdictOf(value, 0, upper) };
}

/** All of a mix together. */
export function sizeOf(mix: Mix): number {
  return Object.values(mix).reduce((sum, count) => sum + count, 0);
}

function sumOf(mixes: readonly Mix[]): Mix {
  const sums: Record<string, number> = {};
  for (const mix of mixes) {
    for (const [kind, count] of Object.entries(mix)) sums[kind] = (sums[kind] ?? 0) + count;
  }
  return sums;
}
