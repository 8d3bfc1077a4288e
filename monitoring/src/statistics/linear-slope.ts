import { studentUpperQuantile } from "./student-t.ts";
import { type Undefined, undefinedBecause } from "./undefined.ts";

/** A straight line through points, and how sure its slope is. */
export interface LinearSlope {
  readonly kind: "slope";
  readonly slope: number;
  /** y at x = 0. */
  readonly intercept: number;
  /** Of the slope. */
  readonly lower: number;
  readonly upper: number;
}

/**
 * Ordinary least squares of y on x, with the t interval of n − 2 degrees of freedom (Draper & Smith 1998,
 * chapter 1). What is measured of x with an error draws the slope towards 0.
 *
 * @param alpha both sides together.
 * @returns undefined with fewer than three points, or where all x are equal.
 */
export function linearSlope(
  points: readonly (readonly [x: number, y: number])[],
  alpha = 0.05,
): LinearSlope | Undefined {
  const n = points.length;
  if (n < 3) return undefinedBecause("too_few_samples");
  const mean = (place: 0 | 1) => points.reduce((sum, point) => sum + point[place], 0) / n;
  const [meanX, meanY] = [mean(0), mean(1)];
  const sum = (of: (dx: number, dy: number) => number) =>
    points.reduce((total, [x, y]) => total + of(x - meanX, y - meanY), 0);
  const squares = sum((dx) => dx * dx);
  if (!(squares > 0)) return undefinedBecause("no_variance");
  const slope = sum((dx, dy) => dx * dy) / squares;
  const residual = sum((dx, dy) => (dy - slope * dx) ** 2);
  const half = studentUpperQuantile(alpha / 2, n - 2) * Math.sqrt(residual / (n - 2) / squares);
  const intercept = meanY - slope * meanX;
  return { kind: "slope", slope, intercept, lower: slope - half, upper: slope + half };
}
