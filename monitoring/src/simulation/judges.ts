import { VERDICT_VERSION, type Verdict } from "@canarec/load-balancer/contract/verdict";
import { assembleFrom } from "../analysis/assemble-inputs.ts";
import { clockSeconds } from "../analysis/evaluation-window.ts";
import { judge } from "../analysis/judge.ts";
import type { VerdictInputs } from "../analysis/verdict-inputs.ts";
import { mergeSums } from "../statistics/sufficient-sums.ts";
import type { Judge, Look } from "./simulate-release.ts";

/** The judge that is used, from the first look of a release on. */
export function policyJudge(): Judge {
  let past: VerdictInputs["past"] = { lowestP: {}, noDataSince: null };
  return ({ summaries, evidence, atMs }) => {
    const record = judge(assembleFrom({ ...summaries, past }, evidence, atMs));
    past = record.extremes;
    return record.verdict;
  };
}

const MINUTE_MS = 60_000;
const MOST_ERRORS = 0.01;
const FAILED_CHECKS = 10;

/**
 * What rollout controllers usually do, for comparison: a check each minute fails where more than 1 % of nightly's
 * users met an error in it, or where the users who watched, as a share so far, are fewer on nightly by more than the
 * margin. Ten failed checks of one kind roll back; what stands at the end of the evaluation is
 * promoted. A minute without data is no check.
 *
 * @param checksErrors false for the check on the metric alone.
 */
export function thresholdJudge(checksErrors = true): Judge {
  let errors = 0;
  let worse = 0;
  return (look) => {
    if (checksErrors) errors += failedMinutes(look);
    if (look.minutes.length > 0 && isBelowMargin(look)) worse += 1;
    const { window, plan } = look.summaries;
    if (errors >= FAILED_CHECKS) return verdictOf(look, "roll-back", "errors");
    if (worse >= FAILED_CHECKS) return verdictOf(look, "roll-back", "the metric");
    const clock = window === undefined ? 0 : clockSeconds(window, look.atMs);
    return clock < plan.evaluation.seconds
      ? verdictOf(look, "continue", "not over yet")
      : verdictOf(look, "promote", "fewer than ten checks failed");
  };
}

function failedMinutes({ minutes, atMs }: Look): number {
  return minutes.filter(({ track, minuteMs, counts }) => {
    const isWhole = minuteMs + MINUTE_MS <= atMs;
    return track === "nightly" && isWhole && counts.errors > MOST_ERRORS * counts.users;
  }).length;
}

function isBelowMargin({ summaries: { sums, plan } }: Look): boolean {
  const share = (track: "main" | "nightly") => {
    const own = sums.filter((one) => one.metric === plan.metric && one.track === track);
    const { s, k } = mergeSums(own.map((one) => one.sums));
    return Number(s) / Number(k);
  };
  return share("nightly") < (1 - plan.margin) * share("main");
}

const ROWS = {
  "roll-back": { row: 1, kind: "fail" },
  continue: { row: 4, kind: "continue" },
  promote: { row: 5, kind: "pass" },
} as const;

function verdictOf({ summaries, atMs }: Look, action: keyof typeof ROWS, reason: string): Verdict {
  const { releaseId, window } = summaries.release;
  const at = new Date(atMs).toISOString();
  return { v: VERDICT_VERSION, releaseId, window, at, action, reason, ...ROWS[action] };
}

/** By what a simulated release is judged. */
export const JUDGES = {
  policy: policyJudge,
  threshold: () => thresholdJudge(),
  /** The threshold rule's check on the metric alone. */
  difference: () => thresholdJudge(false),
} as const;
export type JudgeName = keyof typeof JUDGES;
