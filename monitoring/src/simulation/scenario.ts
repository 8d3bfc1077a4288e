import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";

/** Shares of first attempts that fail, by class; each in [0, 1], together at most 1. */
export interface FailureRates {
  readonly errors: number;
  readonly deadline: number;
  readonly lists: number;
}

/** Shares of what is never recorded. */
export interface Losses {
  /** Exposures, one by one. */
  readonly exposures: number;
  /** Users of whom no exposure is recorded. */
  readonly users: number;
  /** The platform's lines about answers. */
  readonly answers: number;
  /** Watched movies. */
  readonly watches: number;
}

/** A build as its users meet it. */
export interface SimulatedBuild {
  readonly failures: FailureRates;
  readonly losses: Losses;
}

/** A time without any new data, in seconds from the first user on nightly. */
export interface Outage {
  readonly fromSeconds: number;
  readonly seconds: number;
}

/** Users, two builds with their truth, and the plan by which they are judged. */
export interface Scenario {
  readonly plan: ReleasePlan;
  /** Visits begun an hour, the mean of a day; four of five are by users who were not here before. */
  readonly visitsPerHour: number;
  /** Mean requests of a visit, at least 1. */
  readonly requestsPerVisit: number;
  /** Mean time between two requests of a visit. */
  readonly requestGapSeconds: number;
  /** Share by which the busiest hour, nine in the evening, lies above the mean; also of watching. */
  readonly dailySwing: number;
  /** Probability that an answer of main's leads to a watch: mean over users, in (0, .5]. */
  readonly watchRate: number;
  /** How much users differ: variance of their watch rates as a share of the greatest possible, in (0, 1). */
  readonly spread: number;
  /** Relative difference, nightly to main, of users who watch, of hits and of minutes; at most {@link MOST_EFFECT}. */
  readonly effect: number;
  readonly main: SimulatedBuild;
  readonly nightly: SimulatedBuild;
  readonly outages: readonly Outage[];
  /** When the release is submitted; milliseconds since 1970, a whole minute. */
  readonly startMs: number;
}

/** Of 10 users 8 respond to main's lists at all, so nightly can reach at most a quarter more. */
export const RESPONDERS = 0.8;
export const MOST_EFFECT = 1 / RESPONDERS - 1;

const BUILD: SimulatedBuild = {
  failures: { errors: 0.002, deadline: 0.002, lists: 0.002 },
  losses: { exposures: 0.01, users: 0, answers: 0.02, watches: 0.02 },
};

/** Two equal builds; in 12 h of the standard plan about 4,100 users come to each track, of whom 3,200 are mature. */
export function equalBuilds(plan: ReleasePlan): Scenario {
  return {
    plan,
    visitsPerHour: 750,
    requestsPerVisit: 4,
    // Ten minutes, where a watch counts for four hours.
    requestGapSeconds: plan.attributionSeconds / 24,
    dailySwing: 0.3,
    watchRate: 0.08,
    spread: 0.15,
    effect: 0,
    main: BUILD,
    nightly: BUILD,
    outages: [],
    startMs: Date.UTC(2026, 2, 1, 20),
  };
}
