import betainc from "@stdlib/math-base-special-betainc";
import betaincinv from "@stdlib/math-base-special-betaincinv";

/**
 * P(T > t) for Student's t, by the regularised incomplete beta function (Abramowitz & Stegun
 * 26.7.1), without loss in the upper tail.
 *
 * @param degrees of freedom; positive, need not be whole.
 */
export function studentSurvival(t: number, degrees: number): number {
  const square = t * t;
  // The smaller of the two arguments keeps its digits.
  const outside =
    square > degrees
      ? betainc(degrees / (degrees + square), degrees / 2, 0.5, true, false)
      : betainc(square / (degrees + square), 0.5, degrees / 2, true, true);
  return t >= 0 ? outside / 2 : 1 - outside / 2;
}

/** P(|T| > |t|). */
export function studentTwoSided(t: number, degrees: number): number {
  return 2 * studentSurvival(Math.abs(t), degrees);
}

/** The t with P(T > t) = tail, for tail in (0, 1). */
export function studentUpperQuantile(tail: number, degrees: number): number {
  if (tail > 0.5) return -studentUpperQuantile(1 - tail, degrees);
  const x = betaincinv(2 * tail, degrees / 2, 0.5);
  return Math.sqrt((degrees * (1 - x)) / x);
}
