import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import { evaluationStep, weightOf } from "@canarec/load-balancer/rollout/steps";
import {
  type SufficientSums,
  encodeSums,
  mergeSums,
  parseSums,
  sumsOfUsers,
} from "../statistics/sufficient-sums.ts";
import { type EvaluationWindow, dueLook, strataAtLook } from "./evaluation-window.ts";
import { groupBy } from "./group-by.ts";
import { METRICS, type Metric } from "./metrics.ts";
import { type CountedMinute, rareFailures } from "./rare-failures.ts";
import type { TrackSums, VerdictInputs } from "./verdict-inputs.ts";

/** Counts of one minute, track and step, and whether they belong to the window's evaluation. */
export interface SummarisedMinute extends CountedMinute {
  readonly inWindow: boolean;
}

/** Sums of mature users. */
export interface SummedUsers {
  readonly track: "main" | "nightly";
  /** Of entry. */
  readonly stratum: number;
  readonly metric: Metric;
  readonly sums: SufficientSums;
}

/** What is known of a release, as it was summarised. */
export interface Summaries {
  readonly release: VerdictInputs["release"];
  readonly plan: ReleasePlan;
  readonly expectation: VerdictInputs["expectation"];
  readonly onHold: boolean;
  readonly window: EvaluationWindow | undefined;
  readonly sources: { readonly exposuresMs: number | null; readonly platformMs: number | null };
  /** Users first exposed before this are all in the sums. */
  readonly summedToMs: number | undefined;
  /** By time. */
  readonly minutes: readonly SummarisedMinute[];
  readonly sums: readonly SummedUsers[];
  /** Users of the steps before the evaluation at their first exposure. */
  readonly stepUsers: readonly {
    readonly step: number;
    readonly main: number;
    readonly nightly: number;
  }[];
  readonly entered: {
    readonly main: number;
    readonly nightly: number;
    readonly crossedOver: number;
  };
  readonly past: VerdictInputs["past"];
}

/** What a verdict needs of all minutes up to its moment. */
export interface MinuteEvidence {
  readonly rare: VerdictInputs["rare"];
  readonly variety: SufficientSums;
  /** By time, at least those of the last half hour and five minutes. */
  readonly recent: readonly SummarisedMinute[];
}

/** The inputs of a verdict for a moment. */
export function assembleInputs(summaries: Summaries, atMs: number): VerdictInputs {
  const { minutes, plan } = summaries;
  const rare = (failure: "errors" | "deadline" | "lists") =>
    rareFailures(minutes, failure, plan.guardrails[failure].rateRatio);
  const evidence = {
    rare: { errors: rare("errors"), deadline: rare("deadline"), lists: rare("lists") },
    variety: varietySums(minutes),
    recent: minutes,
  };
  return assembleFrom(summaries, evidence, atMs);
}

/** The same from minutes that are already taken together. */
export function assembleFrom(
  summaries: Omit<Summaries, "minutes">,
  { rare, variety, recent }: MinuteEvidence,
  atMs: number,
): VerdictInputs {
  const { release, plan, expectation, onHold, window, sources, entered } = summaries;
  return {
    release,
    plan,
    at: iso(atMs),
    onHold,
    evaluation:
      window === undefined
        ? null
        : {
            startedAt: iso(window.startedAtMs),
            heldSeconds: window.heldSeconds,
            extended: window.extended,
            firstSnapshotVersion: window.firstSnapshotVersion,
          },
    expectation,
    sources: {
      exposures: sources.exposuresMs === null ? null : iso(sources.exposuresMs),
      platform: sources.platformMs === null ? null : iso(sources.platformMs),
    },
    summedTo: summaries.summedToMs === undefined ? null : iso(summaries.summedToMs),
    join: recentJoin(recent, sources.platformMs, atMs),
    rare,
    sampleRatio: sampleRatios(summaries),
    crossOver: { users: entered.main + entered.nightly, crossed: entered.crossedOver },
    strata: strataOf(summaries.sums, plan.metric),
    totals: totalsOf(summaries, atMs),
    variety: encodeSums(variety),
    past: summaries.past,
  };
}

const MINUTE_MS = 60_000;
/** Enough answers to see a share, few enough to see that it falls. */
const JOIN_MS = 30 * MINUTE_MS;

/** Minutes whose platform lines can still be on their way are left out. */
function recentJoin(
  minutes: readonly SummarisedMinute[],
  platformMs: number | null,
  atMs: number,
): VerdictInputs["join"] {
  const recent = minutes.filter(
    ({ minuteMs }) => minuteMs >= atMs - JOIN_MS && minuteMs + 2 * MINUTE_MS <= (platformMs ?? 0),
  );
  const sum = (track: "main" | "nightly") => {
    const own = recent.filter((minute) => minute.track === track).map(({ counts }) => counts);
    const total = (field: "answers" | "matched" | "unlogged") =>
      own.reduce((all, counts) => all + counts[field], 0);
    return { answers: total("answers"), matched: total("matched"), unlogged: total("unlogged") };
  };
  return { main: sum("main"), nightly: sum("nightly") };
}

function sampleRatios(summaries: Omit<Summaries, "minutes">): VerdictInputs["sampleRatio"] {
  const { plan, stepUsers, entered, sums, window } = summaries;
  const steps = stepUsers.map(({ step, main, nightly }) => ({
    of: `step ${step}`,
    weight: weightOf(plan, step),
    main,
    nightly,
  }));
  if (window === undefined) return steps.filter(({ weight }) => weight > 0);
  const joined = totalOf(sums, "joined");
  const weight = weightOf(plan, evaluationStep(plan));
  const seen = { main: Number(joined.main.s), nightly: Number(joined.nightly.s) };
  return [
    ...steps.filter((step) => step.weight > 0),
    { of: "the evaluation", weight, main: entered.main, nightly: entered.nightly },
    { of: "the evaluation whose lists were shown", weight, ...seen },
  ];
}

function strataOf(sums: readonly SummedUsers[], metric: Metric): VerdictInputs["strata"] {
  const own = sums.filter((one) => one.metric === metric);
  const strata = [...new Set(own.map(({ stratum }) => stratum))].toSorted((a, b) => a - b);
  return strata.map((stratum) => ({
    stratum,
    ...encoded(
      totalOf(
        own.filter((one) => one.stratum === stratum),
        metric,
      ),
    ),
  }));
}

function totalsOf(summaries: Omit<Summaries, "minutes">, atMs: number): VerdictInputs["totals"] {
  const { plan, window, sums } = summaries;
  const look = window === undefined ? 0 : dueLook(plan, window, atMs);
  const strata =
    window === undefined || look === 0
      ? Number.POSITIVE_INFINITY
      : strataAtLook(plan, window, look);
  const judged = groupBy(
    sums.filter(({ stratum }) => stratum < strata),
    ({ metric }) => metric,
  );
  return Object.fromEntries(
    METRICS.map((metric) => [metric, encoded(totalOf(judged.get(metric) ?? [], metric))]),
  ) as Record<Metric, TrackSums>;
}

function totalOf(sums: readonly SummedUsers[], metric: Metric) {
  const of = (track: "main" | "nightly") =>
    mergeSums(
      sums.filter((one) => one.metric === metric && one.track === track).map((one) => one.sums),
    );
  return { main: of("main"), nightly: of("nightly") };
}

function encoded({ main, nightly }: ReturnType<typeof totalOf>): TrackSums {
  return { main: encodeSums(main), nightly: encodeSums(nightly) };
}

/** Of minutes of the evaluation; those of different minutes add up. */
export function varietySums(minutes: readonly SummarisedMinute[]): SufficientSums {
  const main = new Map<number, number>();
  const nightly = new Map<number, number>();
  for (const { inWindow, minuteMs, track, counts } of minutes) {
    if (!inWindow || counts.sampled === 0) continue;
    const movies = track === "main" ? main : nightly;
    movies.set(minuteMs, (movies.get(minuteMs) ?? 0) + counts.sampledMovies);
  }
  return sumsOfUsers(
    [...main].flatMap(([minuteMs, k]) => {
      const s = nightly.get(minuteMs);
      return s === undefined ? [] : [{ s, k, x: 0 }];
    }),
  );
}

/** Rows as they are stored; what is malformed throws. */
export function summedUsers(rows: readonly StoredSums[]): SummedUsers[] {
  return rows.flatMap(({ track, hour, metric, sums }) =>
    isMetric(metric) ? [{ track, stratum: hour, metric, sums: parseSums(sums) }] : [],
  );
}

export interface StoredSums {
  readonly track: "main" | "nightly";
  readonly hour: number;
  readonly metric: string;
  readonly sums: unknown;
}

function isMetric(name: string): name is Metric {
  return (METRICS as readonly string[]).includes(name);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
