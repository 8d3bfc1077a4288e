import { estimateOf } from "./estimate.ts";

/** One logged choice, seen through the policy that is to be judged. */
export interface LoggedDecision {
  /** π₀(a | x): how likely the logging policy was to show what it showed, in (0, 1]; undefined where not logged. */
  readonly propensity: number | undefined;
  /** π_T(a | x): how likely the policy judged is to show the same, in [0, 1]. */
  readonly probability: number;
  /** What came of it, such as 1 for a watch. */
  readonly reward: number;
}

/** With a model of the reward beside it. */
export interface ModelledDecision extends LoggedDecision {
  /** q̂(x, a): the model's reward of the action taken. */
  readonly predicted: number;
  /** v̂(x): its mean reward under the policy judged. */
  readonly expected: number;
}

/** An estimated mean reward under the policy judged. Errors hold for decisions that are independent. */
export interface PolicyValue {
  readonly value: number;
  readonly se: number;
}

/** What logged decisions say of another policy. */
export interface OffPolicyEstimates {
  readonly kind: "estimates";
  readonly decisions: number;
  /** Kish's (Σ w)² / Σ w², of w = π_T / π₀. */
  readonly effectiveDecisions: number;
  readonly meanWeight: PolicyValue;
  /** Inverse propensity scoring: mean of w r. Unbiased, noisy. */
  readonly ips: PolicyValue;
  /** With weights cut at the limit: less noise, biased low for rewards ≥ 0. */
  readonly clippedIps: PolicyValue;
  /** Self-normalised, Σ w r / Σ w (Swaminathan & Joachims, NIPS 2015); se by linearisation. */
  readonly snips: PolicyValue;
  /** Mean of v̂ + w (r − q̂) (Dudík, Langford & Li, ICML 2011); where every decision has a model beside it. */
  readonly doublyRobust?: PolicyValue;
}

/** Why the log says nothing of another policy. Not an error: many logs do not. */
export interface OffPolicyRefusal {
  readonly kind: "refused";
  readonly reason:
    /** Choices that were logged without how likely they were: a fixed list has no counterfactual. */
    | "propensities-missing"
    /** A propensity outside (0, 1], a probability outside [0, 1], a reward that is not finite. */
    | "not-a-probability"
    | "too-few-decisions"
    /** Nothing that the policy judged would show was ever shown. */
    | "no-weight"
    /** A few decisions carry all: the effective sample is below 1 % of the decisions. */
    | "effective-sample"
    /** The mean weight is further than 3 standard errors from 1: propensities cannot be right. */
    | "mean-weight";
  /** With the figures, for people. */
  readonly message: string;
}

/** Below this share of the decisions nothing is concluded. */
const LEAST_EFFECTIVE_SHARE = 0.01;
const MOST_MEAN_ERRORS = 3;
/** What rounding may add to a mean of weights that are all 1. */
const ROUNDING = 1e-9;

/**
 * What the mean reward had been under another policy, from a log of choices with known propensities. All
 * decisions count or none does: those without a propensity cannot be left out without bias.
 *
 * @param clipAt largest weight of the clipped estimate, > 0.
 */
export function judgeOffPolicy(
  decisions: readonly (LoggedDecision | ModelledDecision)[],
  clipAt: number,
): OffPolicyEstimates | OffPolicyRefusal {
  const refusal = refuseDecisions(decisions);
  if (refusal !== undefined) return refusal;
  const weights = decisions.map(({ probability, propensity = 1 }) => probability / propensity);
  const weightRefusal = refuseWeights(weights);
  if (weightRefusal !== undefined) return weightRefusal;
  const rewards = decisions.map(({ reward }) => reward);
  const mean = (valueOf: (w: number, r: number) => number) =>
    meanOf(weights.map((w, at) => valueOf(w, rewards[at] ?? 0)));
  const modelled = decisions.filter((one) => "predicted" in one);
  return {
    kind: "estimates",
    decisions: decisions.length,
    effectiveDecisions: effectiveSampleSize(weights),
    meanWeight: meanOf(weights),
    ips: mean((w, r) => w * r),
    clippedIps: mean((w, r) => Math.min(w, clipAt) * r),
    snips: selfNormalised(weights, rewards),
    ...(modelled.length === decisions.length && {
      doublyRobust: meanOf(
        modelled.map(({ expected, predicted, reward }, at) => {
          return expected + (weights[at] ?? 0) * (reward - predicted);
        }),
      ),
    }),
  };
}

/** Kish's effective sample size (Σ w)² / Σ w²; 0 without weight. */
export function effectiveSampleSize(weights: readonly number[]): number {
  const squares = sum(weights.map((weight) => weight * weight));
  return squares > 0 ? sum(weights) ** 2 / squares : 0;
}

function refuseDecisions(decisions: readonly LoggedDecision[]): OffPolicyRefusal | undefined {
  const missing = decisions.filter(({ propensity }) => propensity === undefined).length;
  if (missing > 0) {
    return refuse("propensities-missing", `${missing} of ${decisions.length} have no propensity`);
  }
  const wrong = decisions.findIndex(
    ({ propensity = 1, probability, reward }) =>
      !(propensity > 0 && propensity <= 1 && probability >= 0 && probability <= 1) ||
      !Number.isFinite(reward),
  );
  if (wrong >= 0) return refuse("not-a-probability", `decision ${wrong} has a number out of range`);
  if (decisions.length >= 2) return undefined;
  return refuse("too-few-decisions", `${decisions.length} decisions have no spread`);
}

function refuseWeights(weights: readonly number[]): OffPolicyRefusal | undefined {
  const effective = effectiveSampleSize(weights);
  if (effective === 0) return refuse("no-weight", "nothing that would be shown was ever shown");
  if (effective < LEAST_EFFECTIVE_SHARE * weights.length) {
    const message = `${weights.length} decisions weigh as much as ${effective.toFixed(1)}`;
    return refuse("effective-sample", message);
  }
  const { value, se } = meanOf(weights);
  if (Math.abs(value - 1) <= MOST_MEAN_ERRORS * se + ROUNDING) return undefined;
  return refuse("mean-weight", `the mean weight is ${value.toFixed(4)} ± ${se.toFixed(4)}, not 1`);
}

function refuse(reason: OffPolicyRefusal["reason"], message: string): OffPolicyRefusal {
  return { kind: "refused", reason, message };
}

function selfNormalised(weights: readonly number[], rewards: readonly number[]): PolicyValue {
  const total = sum(weights);
  const value = sum(weights.map((w, at) => w * (rewards[at] ?? 0))) / total;
  const spread = sum(weights.map((w, at) => (w * ((rewards[at] ?? 0) - value)) ** 2));
  return { value, se: Math.sqrt(spread) / total };
}

/** @param values at least two; se with ddof 1. */
function meanOf(values: readonly number[]): PolicyValue {
  const { mean, se } = estimateOf(values);
  return { value: mean, se: se ?? 0 };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
