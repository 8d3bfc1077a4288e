import { RELEASE_PLAN_VERSION, ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import { startMixture } from "../statistics/grid-mixture.ts";
import {
  NO_USERS,
  type UserValues,
  encodeSums,
  sumsOfUsers,
} from "../statistics/sufficient-sums.ts";
import { METRICS, type Metric } from "./metrics.ts";
import type { TrackSums, VerdictInputs } from "./verdict-inputs.ts";

/** 12 h of evaluation with an extension of as much, a window of 4 h. */
export const standard: ReleasePlan = ReleasePlan.parse({
  v: RELEASE_PLAN_VERSION,
  name: "standard",
  margin: 0.05,
  harmMargin: 0.1,
  attributionSeconds: 14_400,
  minimumMinutes: 1,
  shadow: { seconds: 1_800, share: 0.05 },
  ramp: [
    { weight: 0.05, seconds: 1_800 },
    { weight: 0.25, seconds: 1_800 },
  ],
  evaluation: {
    weight: 0.5,
    seconds: 43_200,
    extensionSeconds: 43_200,
    minimumConditionalPower: 0.2,
  },
  alphas: {
    decision: [0.04, 0.01],
    kill: { errors: 0.004, deadline: 0.003, lists: 0.001, primary: 0.002 },
    sampleRatio: 0.001,
  },
  guardrails: {
    errors: { rateRatio: 1.2, margin: 0.01 },
    deadline: { rateRatio: 1.2, margin: 0.01 },
    lists: { rateRatio: 1.2, margin: 0.01 },
    fallbackMargin: 0.01,
    personalisedMargin: 0.1,
    varietyMargin: 0.3,
    replicaMemoryMiB: 2_048,
    replicaEventLoopLagMs: 500,
  },
  minimumUsers: 500,
  joinFloor: 0.8,
  inconclusive: "keep-main",
  invalid: "hold",
  queue: "queue",
  leaseSeconds: 30,
  holdLimitSeconds: 7_200,
  rollbackWindowSeconds: 3_600,
});

export const START_MS = Date.parse("2026-03-01T20:00:00Z");
export const HOUR_MS = 3_600_000;

/** Of n users a share has S = 1; K = 1. */
export function shareSums(n: number, share: number) {
  const hits = Math.round(n * share);
  const users = (count: number, s: number): UserValues[] =>
    Array.from({ length: count }, () => ({ s, k: 1, x: 0 }));
  return encodeSums(sumsOfUsers([...users(hits, 1), ...users(n - hits, 0)]));
}

/** A metric's sums of equally large tracks. */
export function tracks(n: number, main: number, nightly: number): TrackSums {
  return { main: shareSums(n, main), nightly: shareSums(n, nightly) };
}

/** Equal strata [0, 8): what the first look judges, and [8, 20) beyond. */
export function strataOf(count: number, n: number, main: number, nightly: number) {
  return Array.from({ length: count }, (_, stratum) => ({ stratum, ...tracks(n, main, nightly) }));
}

const nothing = { main: encodeSums(NO_USERS), nightly: encodeSums(NO_USERS) };
const quiet = (ratio: number) => ({
  main: { users: 10_000, failures: 0 },
  nightly: { users: 10_000, failures: 0 },
  logRatios: [...startMixture(ratio).logRatios],
  highestLogE: 0,
});

/** Guardrails that hold with certainty, for tests that are about something else. */
function calmTotals(): Record<Metric, TrackSums> {
  const all = Object.fromEntries(METRICS.map((metric) => [metric, nothing]));
  const calm = tracks(4_000, 0, 0);
  return {
    ...(all as Record<Metric, TrackSums>),
    errors: calm,
    deadline: calm,
    lists: calm,
    fallback: calm,
    personalised: tracks(4_000, 1, 1),
    joined: tracks(4_000, 1, 1),
  };
}

const equalVariety = encodeSums(
  sumsOfUsers(Array.from({ length: 60 }, (_, i) => ({ s: 90 + (i % 3), k: 90 + (i % 5), x: 0 }))),
);

/** An evaluation of two equal builds, so many hours after its beginning, with all its data. */
export function inputsAt(hours: number, change: Partial<VerdictInputs> = {}): VerdictInputs {
  const at = new Date(START_MS + hours * HOUR_MS).toISOString();
  return {
    release: {
      releaseId: 7,
      window: 1,
      code: "a".repeat(40),
      build: "aaaaaaa",
      bundleId: "b".repeat(64),
      salt: "release-7-1",
      planHash: "c".repeat(64),
    },
    plan: standard,
    at,
    onHold: false,
    evaluation: {
      startedAt: new Date(START_MS).toISOString(),
      heldSeconds: 0,
      extended: false,
      firstSnapshotVersion: 5,
    },
    expectation: { users: 8_000, information: 40_000 },
    sources: { exposures: at, platform: at },
    summedTo: new Date(START_MS + (hours - 4) * HOUR_MS).toISOString(),
    join: {
      main: { answers: 1_000, matched: 990, unlogged: 0 },
      nightly: { answers: 1_000, matched: 990, unlogged: 0 },
    },
    rare: { errors: quiet(1.2), deadline: quiet(1.2), lists: quiet(1.2) },
    sampleRatio: [{ of: "the evaluation", weight: 0.5, main: 4_010, nightly: 3_990 }],
    crossOver: { users: 8_000, crossed: 0 },
    strata: strataOf(8, 500, 0.3, 0.3),
    totals: calmTotals(),
    variety: equalVariety,
    past: { lowestP: {}, noDataSince: null },
    ...change,
  };
}
