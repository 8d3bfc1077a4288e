import gammainc from "@stdlib/math-base-special-gammainc";
import gammaincinv from "@stdlib/math-base-special-gammaincinv";

/** P(χ² > x) by the regularised upper incomplete gamma function; 1 for x ≤ 0. */
export function chiSquaredSurvival(x: number, degrees: number): number {
  return x <= 0 ? 1 : gammainc(x / 2, degrees / 2, true, true);
}

/** The x with P(χ² > x) = tail, for tail in (0, 1]. */
export function chiSquaredUpperQuantile(tail: number, degrees: number): number {
  return 2 * gammaincinv(tail, degrees / 2, true);
}
