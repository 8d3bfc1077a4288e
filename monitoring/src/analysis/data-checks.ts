import {
  CROSS_OVER_LIMIT,
  crossOverShare,
  fixedSampleRatio,
  logSampleRatioEvidence,
  sequentialP,
} from "../statistics/sample-ratio.ts";
import type { VerdictInputs } from "./verdict-inputs.ts";

/** Two windows of a minute. */
const STALE_MS = 120_000;

/** So many answers a track are needed to speak of a share of joined ones. */
const LEAST_ANSWERS = 50;

/**
 * Why nothing can be measured now, undefined if it can. That the platform logs no answers at all is no
 * such reason, as long as its other lines come: then exposures alone count.
 */
export function missingData(
  inputs: Pick<VerdictInputs, "at" | "sources" | "join" | "plan">,
): string | undefined {
  const atMs = Date.parse(inputs.at);
  for (const [name, high] of Object.entries(inputs.sources)) {
    if (high === null) return `nothing has come from the source ${name} yet`;
    const behindMs = atMs - Date.parse(high);
    if (behindMs > STALE_MS) {
      return `the latest event of the source ${name} is ${Math.round(behindMs / 1_000)} s old`;
    }
  }
  for (const [track, { answers, matched }] of Object.entries(inputs.join)) {
    if (answers >= LEAST_ANSWERS && matched / answers < inputs.plan.joinFloor) {
      return `the platform confirms ${percent(matched / answers)} of ${track}'s answers, below ${percent(inputs.plan.joinFloor)}`;
    }
  }
  return undefined;
}

/** The sample ratio of one group of users. */
export interface SampleRatioTest {
  readonly of: string;
  readonly logEvidence: number;
  /** Least p so far of the sequential test, which decides. */
  readonly p: number;
  /** The chi-squared test, as if this were the only look; for comparison alone. */
  readonly fixedP: number;
}

export interface Validity {
  readonly sampleRatio: readonly SampleRatioTest[];
  readonly crossOver: number;
  /** Why the comparison cannot be trusted; undefined if it can. */
  readonly reason: string | undefined;
}

/** Whether the users came to the tracks as they should have. */
export function validity(
  inputs: Pick<VerdictInputs, "plan" | "sampleRatio" | "crossOver" | "past">,
): Validity {
  const sampleRatio = inputs.sampleRatio.map(({ of, weight, main, nightly }) => {
    const arms = { counts: [main, nightly], weights: [1 - weight, weight] };
    const evidence = logSampleRatioEvidence(arms);
    const p = sequentialP(inputs.past.lowestP[sampleRatioKey(of)] ?? 1, evidence);
    return { of, logEvidence: evidence, p, fixedP: fixedSampleRatio(arms).p };
  });
  const { crossed, users } = inputs.crossOver;
  const crossOver = crossOverShare(crossed, users);
  const alarm = sampleRatio.find(({ p }) => p < inputs.plan.alphas.sampleRatio);
  const counts = inputs.sampleRatio.find(({ of }) => of === alarm?.of);
  let reason: string | undefined;
  if (alarm !== undefined && counts !== undefined) {
    const { main, nightly, weight } = counts;
    reason =
      `of the users of ${alarm.of}, ${nightly} are on nightly and ${main} on main where ` +
      `${percent(weight)} should be on nightly (p ${alarm.p.toExponential(1)})`;
  } else if (crossOver >= CROSS_OVER_LIMIT && crossed >= LEAST_CROSSED) {
    reason = `${crossed} of ${users} users (${percent(crossOver)}) were on both tracks under one snapshot`;
  }
  return { sampleRatio, crossOver, reason };
}

/** One user among the first hundred is no share of one in a hundred yet. */
const LEAST_CROSSED = 2;

/** Names the sample ratio's p in the record of extremes. */
export function sampleRatioKey(of: string): string {
  return `sample ratio of ${of}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
