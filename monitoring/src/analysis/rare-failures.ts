import {
  type FailureCounts,
  addInterval,
  logEvidence,
  startMixture,
} from "../statistics/grid-mixture.ts";
import type { FailureClass } from "./exposure.ts";
import { groupBy } from "./group-by.ts";
import type { MinuteCounts } from "./minute-counts.ts";
import type { RareFailures, VerdictInputs } from "./verdict-inputs.ts";

/** Counts of one minute, track and step. */
export interface CountedMinute {
  readonly minuteMs: number;
  readonly track: "main" | "nightly";
  readonly step: number;
  readonly counts: MinuteCounts;
}

/**
 * What the mixture makes of all minutes, in their order, each step of a minute for itself.
 *
 * @param ratio nightly may fail so many times as often as main.
 */
export function rareFailures(
  minutes: readonly CountedMinute[],
  failure: FailureClass,
  ratio: number,
): RareFailures {
  const cells = groupBy(minutes, ({ minuteMs, step }) => `${minuteMs} ${step}`);
  const ordered = [...cells.values()].toSorted((a, b) => order(a) - order(b));
  let evidence = noFailures(ratio);
  for (const cell of ordered) evidence = addFailures(evidence, cell, { failure, ratio });
  return evidence;
}

/** Before the first minute. */
export function noFailures(ratio: number): RareFailures {
  const nobody = { users: 0, failures: 0 };
  const { logRatios } = startMixture(ratio);
  return { main: nobody, nightly: nobody, logRatios: [...logRatios], highestLogE: 0 };
}

/**
 * One more cell: all rows of one minute and step, which comes after those before. One in which nightly
 * has no users changes nothing.
 */
export function addFailures(
  before: RareFailures,
  cell: readonly CountedMinute[],
  { failure, ratio }: { readonly failure: FailureClass; readonly ratio: number },
): RareFailures {
  const counts = failureCounts(cell, failure);
  if (counts.nightlyExposures === 0) return before;
  const mixture = addInterval({ ratio, logRatios: before.logRatios }, counts);
  const { main, nightly, highestLogE } = before;
  const isNews = mixture.logRatios !== before.logRatios;
  return {
    main: {
      users: main.users + counts.mainExposures,
      failures: main.failures + counts.mainFailures,
    },
    nightly: {
      users: nightly.users + counts.nightlyExposures,
      failures: nightly.failures + counts.nightlyFailures,
    },
    logRatios: isNews ? [...mixture.logRatios] : before.logRatios,
    highestLogE: isNews ? Math.max(highestLogE, logEvidence(mixture)) : highestLogE,
  };
}

/** By time, then by step. */
function order(cell: readonly CountedMinute[]): number {
  return (cell[0]?.minuteMs ?? 0) + (cell[0]?.step ?? 0);
}

function failureCounts(cell: readonly CountedMinute[], failure: FailureClass): FailureCounts {
  const sum = (track: "main" | "nightly", field: FailureClass | "users") =>
    cell.reduce((total, one) => total + (one.track === track ? one.counts[field] : 0), 0);
  return {
    mainExposures: sum("main", "users"),
    mainFailures: sum("main", failure),
    nightlyExposures: sum("nightly", "users"),
    nightlyFailures: sum("nightly", failure),
  };
}

/** Evidence of one kind of failure. */
export interface KillTest {
  readonly of: FailureClass;
  /** ln e of the state as it is. */
  readonly logE: number;
  /** The greatest so far decides: the test is valid at every moment. */
  readonly highestLogE: number;
  /** ln 1 / alpha. */
  readonly threshold: number;
  readonly harm: boolean;
}

/** The three kill tests on failures, from their states. */
export function killTests({ plan, rare }: Pick<VerdictInputs, "plan" | "rare">): KillTest[] {
  return (["errors", "deadline", "lists"] as const).map((of) => {
    const { logRatios, highestLogE } = rare[of];
    const logE = logEvidence({ ratio: plan.guardrails[of].rateRatio, logRatios });
    const threshold = -Math.log(plan.alphas.kill[of]);
    const highest = Math.max(highestLogE, logE);
    return { of, logE, highestLogE: highest, threshold, harm: highest >= threshold };
  });
}
