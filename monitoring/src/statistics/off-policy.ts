import { type Undefined, undefinedBecause } from "./undefined.ts";

/** One logged decision, seen through the policy that is to be judged. */
export interface LoggedDecision {
  /** w = π_T(a | x) / π_0(a | x) ≥ 0; π_0 was positive, or the action could not be logged. */
  readonly weight: number;
  readonly reward: number;
}

/** With a model of the reward beside it. */
export interface ModelledDecision extends LoggedDecision {
  /** q̂(x, a): the model's reward of the action taken. */
  readonly predicted: number;
  /** v̂(x): its mean reward under the policy judged. */
  readonly expected: number;
}

/** An estimated mean reward under the policy judged. */
export interface PolicyValue {
  readonly kind: "value";
  readonly value: number;
  readonly se: number;
}

/** Inverse propensity scoring: mean of w r. Unbiased, noisy. se with ddof 1. */
export function inversePropensity(decisions: readonly LoggedDecision[]): PolicyValue | Undefined {
  return meanOf(decisions.map(({ weight, reward }) => weight * reward));
}

/** IPS with weights cut at `limit`: less noise, biased low for non-negative rewards. */
export function clippedInversePropensity(
  decisions: readonly LoggedDecision[],
  limit: number,
): PolicyValue | Undefined {
  return meanOf(decisions.map(({ weight, reward }) => Math.min(weight, limit) * reward));
}

/** Self-normalised IPS: Σ w r / Σ w (Swaminathan & Joachims, NIPS 2015), se by linearisation. */
export function selfNormalised(decisions: readonly LoggedDecision[]): PolicyValue | Undefined {
  const total = sum(decisions.map(({ weight }) => weight));
  if (!(total > 0)) return undefinedBecause("no_weight");
  const value = sum(decisions.map(({ weight, reward }) => weight * reward)) / total;
  const spread = sum(decisions.map(({ weight, reward }) => (weight * (reward - value)) ** 2));
  return { kind: "value", value, se: Math.sqrt(spread) / total };
}

/** Doubly robust: mean of v̂ + w (r − q̂) (Dudík, Langford & Li, ICML 2011). se with ddof 1. */
export function doublyRobust(decisions: readonly ModelledDecision[]): PolicyValue | Undefined {
  return meanOf(
    decisions.map(
      ({ weight, reward, predicted, expected }) => expected + weight * (reward - predicted),
    ),
  );
}

/** Kish's effective sample size (Σ w)² / Σ w²; 0 without weight. */
export function effectiveSampleSize(decisions: readonly LoggedDecision[]): number {
  const squares = sum(decisions.map(({ weight }) => weight * weight));
  return squares > 0 ? sum(decisions.map(({ weight }) => weight)) ** 2 / squares : 0;
}

/** Below this share of the decisions nothing is concluded. */
const LEAST_EFFECTIVE_SHARE = 0.01;

/**
 * Whether the estimates may be used: the effective sample is at least 1 % of the decisions, and
 * the mean weight is within 3 standard errors of 1, which it is when propensities are right.
 */
export function isTrustworthy(decisions: readonly LoggedDecision[]): boolean {
  const mean = meanOf(decisions.map(({ weight }) => weight));
  if (mean.kind === "undefined") return false;
  return (
    effectiveSampleSize(decisions) >= LEAST_EFFECTIVE_SHARE * decisions.length &&
    Math.abs(mean.value - 1) <= 3 * mean.se
  );
}

function meanOf(values: readonly number[]): PolicyValue | Undefined {
  const n = values.length;
  if (n < 2) return undefinedBecause("too_few_samples");
  const value = sum(values) / n;
  const squares = sum(values.map((one) => (one - value) ** 2));
  return { kind: "value", value, se: Math.sqrt(squares / (n - 1) / n) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
