import { VerdictKind } from "@canarec/load-balancer/contract/verdict";
import type { VerdictRecord } from "../analysis/judge.ts";
import type { ObservedName, Sample } from "./observed-gauges.ts";

/** Of a normal estimate, 95 % two-sided. */
const Z_95 = 1.96;

/** Every gauge that a verdict has something to say of. */
export const VERDICT_NAMES: readonly ObservedName[] = [
  "canarec_verdict_cross_over_ratio",
  "canarec_verdict_guardrail_margin",
  "canarec_verdict_guardrail_passed",
  "canarec_verdict_guardrail_upper_bound",
  "canarec_verdict_harm_p_value",
  "canarec_verdict_kill_evidence",
  "canarec_verdict_kill_threshold",
  "canarec_verdict_kind",
  "canarec_verdict_mature_users",
  "canarec_verdict_metric_difference",
  "canarec_verdict_metric_value",
  "canarec_verdict_primary_metric",
  "canarec_verdict_release_id",
  "canarec_verdict_row",
  "canarec_verdict_sample_ratio_p_value",
  "canarec_verdict_timestamp_seconds",
];

/** The figures of a verdict, as its record has them. */
export function verdictFigures(record: VerdictRecord): readonly Sample[] {
  const { verdict, inputs, evidence } = record;
  const { users } = evidence.primary;
  return [
    { name: "canarec_verdict_release_id", value: verdict.releaseId },
    { name: "canarec_verdict_row", value: verdict.row },
    { name: "canarec_verdict_timestamp_seconds", value: Date.parse(verdict.at) / 1_000 },
    ...VerdictKind.options.map((kind) => ({
      ...{ name: "canarec_verdict_kind" as const, labels: { kind } },
      value: Number(kind === verdict.kind),
    })),
    ...(["main", "nightly"] as const).map((track) => ({
      ...{ name: "canarec_verdict_mature_users" as const, labels: { track } },
      value: users[track],
    })),
    { name: "canarec_verdict_primary_metric", labels: { metric: inputs.plan.metric }, value: 1 },
    { name: "canarec_verdict_harm_p_value", value: evidence.primaryHarm.p },
    ...sampleRatio(record),
    { name: "canarec_verdict_cross_over_ratio", value: evidence.validity.crossOver },
    ...metricFigures(record),
    ...testFigures(record),
  ];
}

/** Without users there is nothing to test. */
function sampleRatio({ evidence }: VerdictRecord): Sample[] {
  const { sampleRatio: tests } = evidence.validity;
  if (tests.length === 0) return [];
  const value = Math.min(...tests.map(({ p }) => p));
  return [{ name: "canarec_verdict_sample_ratio_p_value", value }];
}

/** The metric that decides within strata; the others over all users. */
function metricFigures({ evidence, inputs }: VerdictRecord): Sample[] {
  const { difference } = evidence.primary;
  const decides = difference && { ...difference, of: inputs.plan.metric };
  const others = evidence.secondary.filter(({ of }) => of !== inputs.plan.metric);
  return [...(decides ? [{ ...decides, difference: decides.value }] : []), ...others].flatMap(
    ({ of: metric, main, nightly, difference: estimate, se }) => {
      const bounds = { estimate, lower: estimate - Z_95 * se, upper: estimate + Z_95 * se };
      return [
        ...Object.entries({ main, nightly }).map(([track, value]) => ({
          ...{ name: "canarec_verdict_metric_value" as const, labels: { metric, track }, value },
        })),
        ...Object.entries(bounds).map(([bound, value]) => ({
          ...{
            name: "canarec_verdict_metric_difference" as const,
            labels: { metric, bound },
            value,
          },
        })),
      ];
    },
  );
}

function testFigures({ evidence }: VerdictRecord): Sample[] {
  return [
    ...evidence.killTests.flatMap(({ of: test, highestLogE, threshold }): Sample[] => [
      { name: "canarec_verdict_kill_evidence", labels: { test }, value: highestLogE },
      { name: "canarec_verdict_kill_threshold", labels: { test }, value: threshold },
    ]),
    ...evidence.guardrails.flatMap(({ of: guardrail, state, upper, margin }): Sample[] => [
      {
        name: "canarec_verdict_guardrail_passed",
        labels: { guardrail },
        value: Number(state === "passed"),
      },
      { name: "canarec_verdict_guardrail_margin", labels: { guardrail }, value: margin },
      { name: "canarec_verdict_guardrail_upper_bound", labels: { guardrail }, value: upper ?? NaN },
    ]),
  ];
}
