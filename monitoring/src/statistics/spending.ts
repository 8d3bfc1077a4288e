import { normalSurvival, normalUpperQuantile } from "./normal.ts";

/** Cumulative two-sided alpha that may be spent by an information fraction t in (0, 1]. */
export type Spending = (t: number) => number;

/**
 * Lan & DeMets' function of O'Brien–Fleming's type (Biometrika 70, 1983): next to nothing early.
 * Per side 2 (1 − Φ(z_{α/4} / √t)) of α / 2.
 */
export function obrienFlemingSpending(alpha: number): Spending {
  const z = normalUpperQuantile(alpha / 4);
  return (t) => 4 * normalSurvival(z / Math.sqrt(t));
}

/** Lan & DeMets' function of Pocock's type: α ln(1 + (e − 1) t). */
export function pocockSpending(alpha: number): Spending {
  return (t) => alpha * Math.log1p((Math.E - 1) * t);
}

/** What each look spends; a look after all information is in (t ≥ 1) finds nothing left. */
export function spentAlphas(spending: Spending, fractions: readonly number[]): readonly number[] {
  let before = 0;
  return fractions.map((t) => {
    const upTo = spending(Math.min(1, t));
    const spent = Math.max(0, upTo - before);
    before = Math.max(before, upTo);
    return spent;
  });
}

/**
 * Observed over planned information, at most 1. Information is 1 / se²; the plan's is that of the
 * last look.
 */
export function informationFraction(se: number, plannedInformation: number): number {
  return Math.min(1, 1 / (se * se * plannedInformation));
}
