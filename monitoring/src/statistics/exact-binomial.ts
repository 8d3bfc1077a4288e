import betainc from "@stdlib/math-base-special-betainc";
import gammaln from "@stdlib/math-base-special-gammaln";

/** P(X ≥ successes) of a binomial(trials, probability), by the incomplete beta function. */
export function binomialUpperTail(successes: number, trials: number, probability: number): number {
  if (successes <= 0) return 1;
  if (successes > trials) return 0;
  return betainc(probability, successes, trials - successes + 1, true, false);
}

/** Two-sided p of a fair coin: twice the smaller tail, at most 1. The sign test. */
export function fairCoinTwoSided(successes: number, trials: number): number {
  const extreme = Math.max(successes, trials - successes);
  return Math.min(1, 2 * binomialUpperTail(extreme, trials, 0.5));
}

/**
 * ln e of "p > limit" against "p = limit" for successes of trials, mixed over a uniform prior on
 * (limit, 1): the closed form that the grid mixture approximates where the weights are constant.
 */
export function logTruncatedBetaEvidence(successes: number, trials: number, limit: number): number {
  const failures = trials - successes;
  const [a, b] = [successes + 1, failures + 1];
  const logBeta = gammaln(a) + gammaln(b) - gammaln(a + b);
  const above = betainc(limit, a, b, true, true);
  return (
    logBeta +
    Math.log(above) -
    Math.log1p(-limit) -
    successes * Math.log(limit) -
    failures * Math.log1p(-limit)
  );
}
