import { normalUpperQuantile } from "./normal.ts";
import { type Undefined, undefinedBecause } from "./undefined.ts";

/** How far one order is the other, in [−1, 1]. */
export interface RankCorrelation {
  readonly kind: "correlation";
  readonly rho: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * Spearman's rank correlation, equal values having the mean of their ranks, with an interval by Fisher's
 * transformation and Bonett and Wright's error, √((1 + ρ²/2) / (n − 3)) (Psychometrika 2000).
 *
 * @param alpha both sides together.
 * @returns undefined with fewer than four points, or where all x or all y are equal.
 */
export function rankCorrelation(
  points: readonly (readonly [x: number, y: number])[],
  alpha = 0.05,
): RankCorrelation | Undefined {
  const n = points.length;
  if (n < 4) return undefinedBecause("too_few_samples");
  const [xs, ys] = [ranksOf(points.map(([x]) => x)), ranksOf(points.map(([, y]) => y))];
  const middle = (n + 1) / 2;
  const product = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, rank, place) => sum + (rank - middle) * ((b[place] ?? middle) - middle), 0);
  const spread = Math.sqrt(product(xs, xs) * product(ys, ys));
  if (!(spread > 0)) return undefinedBecause("no_variance");
  const rho = Math.max(-1, Math.min(1, product(xs, ys) / spread));
  const half = normalUpperQuantile(alpha / 2) * Math.sqrt((1 + (rho * rho) / 2) / (n - 3));
  const z = Math.atanh(rho); // ±∞ of a perfect order, whose interval is a point
  return { kind: "correlation", rho, lower: Math.tanh(z - half), upper: Math.tanh(z + half) };
}

/** From 1; equal values have the mean of the ranks that they take up. */
function ranksOf(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}
