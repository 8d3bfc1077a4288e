import betaincinv from "@stdlib/math-base-special-betaincinv";
import { binomialUpperTail } from "../statistics/exact-binomial.ts";

/** So many of so many, with an exact interval (Clopper and Pearson, 1934). */
export interface ShareEstimate {
  readonly count: number;
  readonly of: number;
  readonly share: number;
  readonly lower: number;
  readonly upper: number;
}

/** @param alpha both sides together; the interval holds with probability 1 − alpha at least. */
export function shareOf(count: number, of: number, alpha = 0.05): ShareEstimate {
  const [lower, upper] = [
    count === 0 ? 0 : betaincinv(alpha / 2, count, of - count + 1),
    count >= of ? 1 : betaincinv(1 - alpha / 2, count + 1, of - count),
  ];
  return { count, of, share: of === 0 ? 0 : count / of, lower, upper };
}

/**
 * The greatest count out of so many that shows, with 95 %, a probability below `probability`: 12 of 2,000 for
 * .01. −1 where so few cannot show it.
 */
export function mostToShow(of: number, probability: number): number {
  const below = (count: number) => 1 - binomialUpperTail(count + 1, of, probability);
  let count = -1;
  while (below(count + 1) < 0.05) count += 1;
  return count;
}
