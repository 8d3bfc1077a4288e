import { ServiceError } from "@canarec/service-kit/errors";
import type { GateMargins } from "./gate-margins.ts";
import {
  type PairedDifference,
  type TooFewUsers,
  pairedDifference,
  resampledMeans,
  shareBelow,
} from "./paired-difference.ts";

/** One measure of both builds, of the same users in the same order; larger is better. */
export interface GateMeasure {
  /** Such as recall@20. */
  readonly name: string;
  readonly main: Float64Array;
  readonly candidate: Float64Array;
}

/** What was found out about both builds: everything that the gate decides from. */
export interface GateEvidence {
  /** One at least; each of the same test users. */
  readonly measures: readonly GateMeasure[];
  /** Share of the movies that are in somebody's list, in [0, 1]. */
  readonly coverage: Readonly<Record<"main" | "candidate", number>>;
  /** Quantiles of the time that one answer takes, both builds measured beside one another. */
  readonly latency: Readonly<Record<"main" | "candidate", LatencyQuantiles>>;
  /** What is damaged in the candidate's bundle; empty when every byte was verified. */
  readonly damage: readonly string[];
  /** Answers of the candidate to sampled users. */
  readonly answers: { readonly asked: number; readonly invalid: readonly InvalidAnswer[] };
}

export interface LatencyQuantiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface InvalidAnswer {
  readonly user: number;
  /** Which rule it breaks. */
  readonly problem: string;
}

/** What spoke against the candidate, or why nothing could be said. */
export interface GateReason {
  readonly code: "damaged" | "invalid-answers" | "slow" | "coverage" | "worse" | "too-few-users";
  /** For people, with the figures. */
  readonly message: string;
}

/** One measure's difference, and how sure it is that the candidate loses. */
export interface GateFigure {
  readonly name: string;
  readonly result: (PairedDifference & LossShares) | TooFewUsers;
}

interface LossShares {
  /** The loss that is still accepted, in units of the measure. */
  readonly margin: number;
  /** Share of the resamples that lose more than the margin, in [0, 1]. */
  readonly shareBeyondMargin: number;
  /** The smallest true loss that a gate of so many such users refuses four times of five. */
  readonly detectable: number;
}

/** What the gate decides, and from what: pure, so the same evidence and margins give it again. */
export interface GateDecision {
  readonly verdict: "pass" | "fail" | "no-data";
  /** All that apply; empty for a pass. */
  readonly reasons: readonly GateReason[];
  readonly figures: readonly GateFigure[];
  readonly coverage: GateEvidence["coverage"];
  readonly latency: GateEvidence["latency"];
  readonly answers: { readonly asked: number; readonly invalid: number };
  readonly margins: GateMargins;
}

/**
 * Decide whether a candidate may be shown to users at all.
 *
 * It fails for a damaged bundle, invalid answers, answers over their time, a coverage that broke down, and for a
 * measure that is clearly worse: its whole interval below 0, and the loss itself beyond the margin. With
 * fewer than `leastUsers` test users nothing is said of measures: no-data, unless something else fails. A pass says
 * that no harm was proven, no more; `detectable` says how much harm would have been.
 *
 * @throws ServiceError "invalid_argument" without a measure, and for a number that is not finite.
 */
export function decideGate(evidence: GateEvidence, margins: GateMargins): GateDecision {
  checkEvidence(evidence);
  const figures = evidence.measures.map((measure) => figureOf(measure, margins));
  const harms = [
    ...damageOf(evidence),
    ...invalidAnswersOf(evidence, margins),
    ...slownessOf(evidence, margins),
    ...coverageLossOf(evidence, margins),
    ...figures.flatMap(lossOf),
  ];
  const thin = tooFewUsers(figures, margins);
  return {
    verdict: harms.length > 0 ? "fail" : thin.length > 0 ? "no-data" : "pass",
    reasons: [...harms, ...thin],
    figures,
    coverage: evidence.coverage,
    latency: evidence.latency,
    answers: { asked: evidence.answers.asked, invalid: evidence.answers.invalid.length },
    margins,
  };
}

function figureOf({ name, main, candidate }: GateMeasure, margins: GateMargins): GateFigure {
  const { seed, level, leastUsers, lossShare } = margins;
  if (main.length < leastUsers) {
    return { name, result: { kind: "too-few-users", users: main.length } };
  }
  const result = pairedDifference(main, candidate, { seed, level });
  if (result.kind === "too-few-users") return { name, result };
  const margin = lossShare * result.main;
  const differences = candidate.map((value, user) => value - (main[user] ?? 0));
  return {
    name,
    result: {
      ...result,
      margin,
      shareBeyondMargin: shareBelow(resampledMeans(differences, { seed }), -margin),
      detectable: Math.max(margin, result.difference - result.lower + POWER_Z * result.se),
    },
  };
}

/** Φ⁻¹(0.8): four times of five. */
const POWER_Z = 0.8416212335729143;

function lossOf({ name, result }: GateFigure): GateReason[] {
  if (result.kind === "too-few-users") return [];
  const { difference, lower, upper, margin, shareWorse } = result;
  if (!(upper < 0 && difference < -margin)) return [];
  const interval = `[${lower.toFixed(4)}, ${upper.toFixed(4)}]`;
  const sure = `${(100 * shareWorse).toFixed(1)} %`;
  const message = `${name} is ${(-difference).toFixed(4)} lower, ${interval}, beyond the margin of ${margin.toFixed(4)}; worse in ${sure} of the resamples`;
  return [{ code: "worse", message }];
}

function damageOf({ damage }: GateEvidence): GateReason[] {
  return damage.map((message) => ({ code: "damaged", message }));
}

function invalidAnswersOf({ answers }: GateEvidence, margins: GateMargins): GateReason[] {
  const { asked, invalid } = answers;
  const [first] = invalid;
  if (first === undefined || invalid.length <= margins.invalidAnswers) return [];
  const message = `${invalid.length} of ${asked} answers are not valid; user ${first.user}: ${first.problem}`;
  return [{ code: "invalid-answers", message }];
}

function slownessOf({ latency }: GateEvidence, margins: GateMargins): GateReason[] {
  const { main, candidate } = latency;
  const limitMs = Math.max(margins.p99Ms, margins.slowdown * main.p99Ms);
  if (candidate.p99Ms <= limitMs) return [];
  const message = `99 % of the answers take up to ${candidate.p99Ms.toFixed(2)} ms, the limit is ${limitMs.toFixed(2)} ms`;
  return [{ code: "slow", message }];
}

function coverageLossOf({ coverage }: GateEvidence, margins: GateMargins): GateReason[] {
  const { main, candidate } = coverage;
  if (candidate >= margins.coverageShare * main) return [];
  const percents = [candidate, main].map((share) => `${(100 * share).toFixed(1)} %`);
  const message = `${percents[0] ?? ""} of the movies are in a list, of main's ${percents[1] ?? ""}`;
  return [{ code: "coverage", message }];
}

function tooFewUsers(figures: readonly GateFigure[], { leastUsers }: GateMargins): GateReason[] {
  const thin = figures.find(({ result }) => result.kind === "too-few-users");
  if (thin === undefined) return [];
  const message = `${thin.result.users} test users, ${leastUsers} are needed to compare ${thin.name}`;
  return [{ code: "too-few-users", message }];
}

function checkEvidence({ measures, coverage, latency }: GateEvidence): void {
  if (measures.length === 0) throw new ServiceError("invalid_argument", "no measure to compare");
  const numbers = [
    ...measures.flatMap(({ main, candidate }) => [main, candidate]).flatMap((all) => [...all]),
    ...Object.values(coverage),
    ...Object.values(latency).flatMap((quantiles) => Object.values(quantiles) as number[]),
  ];
  const wrong = numbers.find((value) => !Number.isFinite(value));
  if (wrong === undefined) return;
  throw new ServiceError("invalid_argument", `the evidence holds ${wrong}, which is not finite`);
}
