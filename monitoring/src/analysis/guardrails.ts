import { normalUpperQuantile } from "../statistics/normal.ts";
import { type NonInferiorityPlan, nonInferiority } from "../statistics/non-inferiority.ts";
import { type RatioEstimate, ratioOf } from "../statistics/ratio-metric.ts";
import { parseSums } from "../statistics/sufficient-sums.ts";
import type { Metric } from "./metrics.ts";
import type { VerdictInputs } from "./verdict-inputs.ts";

/** One-sided, of each guardrail: all of them have to pass, so none needs less for there being others. */
const ALPHA = 0.05;

/** A guardrail at a decision. Unknown is not passed. */
export interface Guardrail {
  readonly of: string;
  readonly state: "passed" | "failed" | "unknown";
  readonly main: number | null;
  readonly nightly: number | null;
  /** Upper bound of how much worse nightly is, and what it may be. */
  readonly upper: number | null;
  readonly margin: number;
}

interface Rule {
  readonly of: Metric;
  readonly higherIs: NonInferiorityPlan["higherIs"];
  readonly margin: number;
}

/** The guardrails on shares, with users as the unit, and the variety of lists. */
export function guardrails(
  inputs: Pick<VerdictInputs, "plan" | "totals" | "variety">,
): readonly Guardrail[] {
  const limits = inputs.plan.guardrails;
  const rules: readonly Rule[] = [
    { of: "errors", higherIs: "worse", margin: limits.errors.margin },
    { of: "deadline", higherIs: "worse", margin: limits.deadline.margin },
    { of: "lists", higherIs: "worse", margin: limits.lists.margin },
    { of: "fallback", higherIs: "worse", margin: limits.fallbackMargin },
    { of: "personalised", higherIs: "better", margin: limits.personalisedMargin },
  ];
  return [...rules.map((rule) => shareGuardrail(inputs, rule)), varietyGuardrail(inputs)];
}

function shareGuardrail({ totals }: Pick<VerdictInputs, "totals">, rule: Rule): Guardrail {
  const { of, margin, higherIs } = rule;
  const sums = totals[of];
  const main = ratioOf(parseSums(sums.main));
  const nightly = ratioOf(parseSums(sums.nightly));
  if (main.kind === "undefined" || nightly.kind === "undefined") return unknown(of, margin);
  const values = { of, margin, main: main.value, nightly: nightly.value };
  const test = nonInferiority(main, nightly, {
    higherIs,
    margin,
    marginScale: "absolute",
    alpha: ALPHA,
  });
  if (test.kind === "undefined") {
    const upper = boundWithoutVariance(main, nightly, higherIs);
    return { ...values, upper, state: upper < margin ? "passed" : "unknown" };
  }
  const state = { harm: "failed", non_inferior: "passed", unknown: "unknown" } as const;
  return { ...values, upper: test.upper, state: state[test.kind] };
}

/**
 * Where nobody, or everybody, is concerned in both tracks there is no variance; an event that n users
 * never had is rarer than −ln α / n.
 */
function boundWithoutVariance(
  main: RatioEstimate,
  nightly: RatioEstimate,
  higherIs: NonInferiorityPlan["higherIs"],
): number {
  const difference = (nightly.value - main.value) * (higherIs === "worse" ? 1 : -1);
  return difference - Math.log(ALPHA) / nightly.n;
}

function unknown(of: string, margin: number): Guardrail {
  return { of, margin, state: "unknown", main: null, nightly: null, upper: null };
}

/** Ratio of different movies in equal samples, with minutes as the unit; a loss is worse. */
function varietyGuardrail({ plan, variety }: Pick<VerdictInputs, "plan" | "variety">): Guardrail {
  const margin = plan.guardrails.varietyMargin;
  const ratio = ratioOf(parseSums(variety));
  if (ratio.kind === "undefined") return unknown("variety", margin);
  const loss = 1 - ratio.value;
  const half = normalUpperQuantile(ALPHA) * Math.sqrt(ratio.variance);
  const state = loss + half < margin ? "passed" : loss - half > margin ? "failed" : "unknown";
  return { of: "variety", margin, state, main: 1, nightly: ratio.value, upper: loss + half };
}
