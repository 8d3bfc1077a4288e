import { normalSurvival, normalUpperQuantile } from "./normal.ts";
import { type Undefined, undefinedBecause } from "./undefined.ts";

/** How many of an arm's users did it. 0 ≤ successes ≤ users. */
export interface Proportion {
  readonly successes: number;
  readonly users: number;
}

export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

export interface ProportionTest {
  readonly kind: "test";
  /** p_T − p_C. */
  readonly difference: number;
  readonly z: number;
  /** Two-sided. */
  readonly p: number;
}

/** The z-test of equal proportions with the pooled variance, without correction for continuity. */
export function pooledTest(main: Proportion, nightly: Proportion): ProportionTest | Undefined {
  if (main.users <= 0 || nightly.users <= 0) return undefinedBecause("too_few_users");
  const pooled = (main.successes + nightly.successes) / (main.users + nightly.users);
  const variance = pooled * (1 - pooled) * (1 / main.users + 1 / nightly.users);
  if (!(variance > 0)) return undefinedBecause("no_variance");
  const difference = shareOf(nightly) - shareOf(main);
  const z = difference / Math.sqrt(variance);
  return { kind: "test", difference, z, p: 2 * normalSurvival(Math.abs(z)) };
}

/**
 * Wald's interval of p_T − p_C: too short for few users or shares near 0 or 1; for comparison.
 *
 * @param alpha 1 − level, both sides together.
 */
export function waldInterval(main: Proportion, nightly: Proportion, alpha: number): Interval {
  const half =
    normalUpperQuantile(alpha / 2) * Math.sqrt(binomialVariance(main) + binomialVariance(nightly));
  const difference = shareOf(nightly) - shareOf(main);
  return { lower: difference - half, upper: difference + half };
}

/**
 * Newcombe's hybrid score interval of p_T − p_C (Newcombe, Statistics in Medicine 17, 1998,
 * method 10): never leaves [−1, 1] and holds its level for few users too.
 *
 * @param alpha 1 − level, both sides together.
 */
export function newcombeInterval(main: Proportion, nightly: Proportion, alpha: number): Interval {
  const z = normalUpperQuantile(alpha / 2);
  const [c, t] = [wilsonInterval(main, z), wilsonInterval(nightly, z)];
  const [pc, pt] = [shareOf(main), shareOf(nightly)];
  const difference = pt - pc;
  return {
    lower: difference - Math.hypot(pt - t.lower, c.upper - pc),
    upper: difference + Math.hypot(t.upper - pt, pc - c.lower),
  };
}

/** Wilson's score interval of one proportion at the normal quantile z. */
export function wilsonInterval(arm: Proportion, z: number): Interval {
  const { users } = arm;
  const share = shareOf(arm);
  const centre = (share + (z * z) / (2 * users)) / (1 + (z * z) / users);
  const half =
    (z * Math.sqrt((share * (1 - share)) / users + (z / (2 * users)) ** 2)) / (1 + (z * z) / users);
  return { lower: Math.max(0, centre - half), upper: Math.min(1, centre + half) };
}

function shareOf(arm: Proportion): number {
  return arm.successes / arm.users;
}

function binomialVariance(arm: Proportion): number {
  const share = shareOf(arm);
  return (share * (1 - share)) / arm.users;
}
