import { VERDICT_VERSION, type Verdict } from "@canarec/load-balancer/contract/verdict";
import { missingData, sampleRatioKey, validity } from "./data-checks.ts";
import { type Findings, decide } from "./decide.ts";
import { type EvaluationWindow, clockSeconds, dueLook, entryEndMs } from "./evaluation-window.ts";
import { guardrails } from "./guardrails.ts";
import { killTests } from "./rare-failures.ts";
import {
  PRIMARY_HARM,
  type PrimaryEvidence,
  primaryEvidence,
  primaryHarm,
} from "./primary-metric.ts";
import { describeDelay, describeEstimate, describeFailures, describeHarm } from "./reasons.ts";
import { secondaryMetrics } from "./secondary-metrics.ts";
import type { VerdictInputs } from "./verdict-inputs.ts";

/** Version of the record's shape. */
export const RECORD_VERSION = 1;

/** A verdict with everything that led to it. The inputs alone give all the rest. */
export interface VerdictRecord {
  readonly v: typeof RECORD_VERSION;
  readonly inputs: VerdictInputs;
  readonly evidence: ReturnType<typeof evidenceOf>;
  readonly findings: Findings;
  readonly verdict: Verdict;
  /** For the next verdict of the window. */
  readonly extremes: VerdictInputs["past"];
}

/** Judge a release from what is known of it at a moment. Pure: equal inputs give an equal record. */
export function judge(inputs: VerdictInputs): VerdictRecord {
  const evidence = evidenceOf(inputs);
  const findings = findingsOf(inputs, evidence);
  const { releaseId, window } = inputs.release;
  const decision = decide(findings, {
    ...inputs.plan,
    minimumConditionalPower: inputs.plan.evaluation.minimumConditionalPower,
  });
  const { primaryHarm: harm, validity: valid, noDataSince } = evidence;
  const lowestP = Object.fromEntries([
    ...Object.entries(inputs.past.lowestP),
    [PRIMARY_HARM, harm.p],
    ...valid.sampleRatio.map(({ of, p }) => [sampleRatioKey(of), p] as const),
  ]);
  return {
    v: RECORD_VERSION,
    inputs,
    evidence,
    findings,
    verdict: { v: VERDICT_VERSION, releaseId, window, at: inputs.at, ...decision },
    extremes: { lowestP, noDataSince },
  };
}

function windowOf({ evaluation }: VerdictInputs): EvaluationWindow | undefined {
  if (evaluation === null) return undefined;
  const { startedAt, ...rest } = evaluation;
  return { startedAtMs: Date.parse(startedAt), ...rest };
}

function evidenceOf(inputs: VerdictInputs) {
  const window = windowOf(inputs);
  const atMs = Date.parse(inputs.at);
  const look = window === undefined ? 0 : dueLook(inputs.plan, window, atMs);
  const noData = missingData(inputs) ?? null;
  const isSummed =
    window === undefined ||
    look === 0 ||
    (inputs.summedTo !== null &&
      Date.parse(inputs.summedTo) >= entryEndMs(inputs.plan, window, look));
  return {
    clockSeconds: window === undefined ? null : clockSeconds(window, atMs),
    look,
    /** Every user that the look judges is in the sums. */
    isSummed,
    killTests: killTests(inputs),
    primaryHarm: primaryHarm(inputs),
    noData,
    noDataSince: noData === null ? null : (inputs.past.noDataSince ?? inputs.at),
    platformLogsAnswers: inputs.join.main.answers + inputs.join.nightly.answers > 0,
    validity: validity(inputs),
    primary: primaryEvidence(inputs, window, look),
    secondary: secondaryMetrics(inputs),
    guardrails: guardrails(inputs),
  };
}

type Evidence = ReturnType<typeof evidenceOf>;

function findingsOf(inputs: VerdictInputs, evidence: Evidence): Findings {
  const { plan } = inputs;
  const { primary, noDataSince, look } = evidence;
  const harms = [
    ...evidence.killTests
      .filter(({ harm }) => harm)
      .map((test) => describeFailures(test, inputs.rare[test.of])),
    ...(evidence.primaryHarm.harm ? [describeHarm(evidence.primaryHarm, plan)] : []),
  ];
  const withoutDataSeconds =
    noDataSince === null ? 0 : (Date.parse(inputs.at) - Date.parse(noDataSince)) / 1_000;
  const isThin = Math.min(primary.users.main, primary.users.nightly) < plan.minimumUsers;
  return {
    harm: harms.length === 0 ? undefined : harms.join("; "),
    noData: evidence.noData ?? undefined,
    noDataForTooLong: withoutDataSeconds >= plan.holdLimitSeconds,
    invalid: evidence.validity.reason,
    tooEarly: tooEarly(inputs, evidence, isThin),
    success: isThin ? "undecided" : primary.success,
    estimate: describeEstimate(primary, plan),
    unproven: evidence.guardrails.filter(({ state }) => state !== "passed").map(({ of }) => of),
    canExtend: look === 1 && plan.evaluation.extensionSeconds !== null,
    conditionalPower: isThin ? undefined : (primary.conditionalPower ?? undefined),
  };
}

/** With too few users a look is left out, but for the last, which then has to say that it is not sure. */
function tooEarly(inputs: VerdictInputs, evidence: Evidence, isThin: boolean): string | undefined {
  const { plan, onHold } = inputs;
  const { look, clockSeconds: clock, primary } = evidence;
  if (clock === null) return "It is not evaluated yet";
  if (onHold) return "It is on hold, and its clock stands";
  if (look === 0) return describeDelay(clock, plan, evidenceUsers(primary));
  if (!evidence.isSummed) return "The look waits for the last of its users to be summed";
  const isLast = look === 2 || plan.evaluation.extensionSeconds === null;
  if (!isThin || isLast) return undefined;
  return `Too few users yet: ${evidenceUsers(primary)} of ${plan.minimumUsers} a track`;
}

function evidenceUsers({ users }: PrimaryEvidence): string {
  return `${users.main} on main and ${users.nightly} on nightly`;
}
