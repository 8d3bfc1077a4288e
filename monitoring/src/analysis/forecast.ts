import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import { normalUpperQuantile } from "../statistics/normal.ts";
import { nonInferiorityPower, powerOfEffect } from "../statistics/power.ts";
import { type EvaluationWindow, strataAtLook, stratumSeconds } from "./evaluation-window.ts";

/** What users did before, measured as an evaluation would measure it, with everybody on main. */
export interface PastTraffic {
  /** Seconds from the first to the last exposure; less than a day says too little. */
  readonly seconds: number;
  /** Different users who came within the first look's hours of the days before, and the second's; means over days. */
  readonly users: readonly [number, number];
  /** The plan's metric over those users: mean, and its variance over users (of the linearised ratio). */
  readonly mean: number;
  readonly userVariance: number;
}

/** What a release with a plan can show, and cannot. */
export type Forecast =
  | { readonly kind: "no-data"; readonly reason: string }
  | ({ readonly kind: "forecast"; readonly looks: readonly LookForecast[] } & Planned);

/** What is stored with the release; the judge plans by it. */
export interface Planned {
  /** Of both tracks, at the first look. */
  readonly users: number;
  /** 1 / se² of the difference at the last look. */
  readonly information: number;
  /** The margin is likely to be shown for a build that is equal, by the last look. */
  readonly canShowMargin: boolean;
}

export interface LookForecast {
  /** Seconds of evaluation. */
  readonly afterSeconds: number;
  readonly usersPerTrack: number;
  /** Of the relative difference. */
  readonly relativeSe: number;
  /** The least relative difference that is found with a probability of 80 %. */
  readonly minimumEffect: number;
  /** Probability to show that an equal build is within the margin. */
  readonly powerToShowMargin: number;
  /** Probability to find a build better by the margin. */
  readonly powerAtMargin: number;
}

const DAY_SECONDS = 86_400;
const POWER = 0.8;

/**
 * Power, least effect and users at the looks of a plan, from the traffic of the days before. Under a day of
 * traffic, or without variance, nothing can be said.
 */
export function forecast(plan: ReleasePlan, traffic: PastTraffic): Forecast {
  if (traffic.seconds < DAY_SECONDS) {
    const hours = (traffic.seconds / 3_600).toFixed(1);
    return { kind: "no-data", reason: `there are ${hours} h of traffic, and a day is needed` };
  }
  const { mean, userVariance, users } = traffic;
  if (!(mean > 0 && userVariance > 0 && users[0] >= 2)) {
    return { kind: "no-data", reason: `${plan.metric} shows no variation over users so far` };
  }
  const { seconds, extensionSeconds } = plan.evaluation;
  const ends = extensionSeconds === null ? [seconds] : [seconds, seconds + extensionSeconds];
  const looks = ends.map((afterSeconds, look) => lookForecast(plan, traffic, look, afterSeconds));
  const last = looks.at(-1);
  const first = looks[0];
  if (first === undefined || last === undefined) throw new Error("a plan has a look");
  return {
    kind: "forecast",
    looks,
    users: usersAtLook(users, 0),
    information: 1 / (last.relativeSe * mean) ** 2,
    canShowMargin: last.powerToShowMargin >= POWER,
  };
}

function usersAtLook(users: PastTraffic["users"], look: number): number {
  return users[look] ?? users[0];
}

function lookForecast(
  plan: ReleasePlan,
  { users, mean, userVariance }: PastTraffic,
  look: number,
  afterSeconds: number,
): LookForecast {
  const { weight } = plan.evaluation;
  const all = usersAtLook(users, look);
  const usersPerTrack = all * weight;
  const variance = userVariance / usersPerTrack + userVariance / (all * (1 - weight));
  const relativeSe = Math.sqrt(variance) / mean;
  // Each look against its own alpha: a lower bound of what both looks together find.
  const alpha = plan.alphas.decision[look === 0 ? 0 : 1];
  const bound = normalUpperQuantile(alpha / 2);
  return {
    afterSeconds,
    usersPerTrack: Math.floor(usersPerTrack),
    relativeSe,
    minimumEffect: (bound + normalUpperQuantile(1 - POWER)) * relativeSe,
    powerToShowMargin: nonInferiorityPower(plan.margin, relativeSe, alpha / 2),
    powerAtMargin: powerOfEffect(plan.margin, relativeSe, bound),
  };
}

/** Seconds of entry that the looks judge: users who come within them count. */
export function entrySeconds(plan: ReleasePlan): readonly [number, number] {
  const window: EvaluationWindow = {
    startedAtMs: 0,
    heldSeconds: 0,
    extended: false,
    firstSnapshotVersion: 0,
  };
  const of = (look: 1 | 2) => strataAtLook(plan, window, look) * stratumSeconds(plan);
  return [of(1), of(2)];
}
