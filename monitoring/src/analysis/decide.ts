import type { Policy } from "@canarec/load-balancer/contract/release-plan";
import type { Verdict, VerdictAction, VerdictKind } from "@canarec/load-balancer/contract/verdict";

/** What the decision is for, so far as it was declared before the start. */
export interface DeclaredPolicy {
  readonly policy: Policy;
  readonly inconclusive: "keep-main" | "hold" | "promote";
  readonly invalid: "hold" | "weight-zero";
  readonly minimumConditionalPower: number;
}

/** What the primary metric shows at a look, against the look's boundary. */
export type Success =
  /** Proven better. */
  | "superior"
  /** Proven worse than main, or by more than the margin. */
  | "worse"
  /** Proven not worse by more than the margin. */
  | "non-inferior"
  | "undecided";

/** All that the decision table asks for, in its order. Texts are for people, with the figures. */
export interface Findings {
  /** Proven harm, at any time; undefined while none is. */
  readonly harm: string | undefined;
  /** Why there is no trustworthy measurement now. */
  readonly noData: string | undefined;
  /** There has been none for as long as the plan allows. */
  readonly noDataForTooLong: boolean;
  /** Why the comparison cannot be trusted. */
  readonly invalid: string | undefined;
  /** Why nothing is to be decided yet. */
  readonly tooEarly: string | undefined;
  readonly success: Success;
  /** The estimate with its bounds. */
  readonly estimate: string;
  /** Guardrails that are not proven to be within their margins; a promotion needs every one of them. */
  readonly unproven: readonly string[];
  /** The plan has an extension that is not used up. */
  readonly canExtend: boolean;
  /** Of promoting at the end of the extension; undefined without an estimate. */
  readonly conditionalPower: number | undefined;
}

export type Decision = Pick<Verdict, "row" | "kind" | "action" | "reason">;

interface Row {
  readonly row: number;
  readonly when: (findings: Findings, declared: DeclaredPolicy) => boolean;
  readonly kind: VerdictKind;
  readonly action: (findings: Findings, declared: DeclaredPolicy) => VerdictAction;
  readonly reason: (findings: Findings) => string;
}

const isPassed = ({ unproven }: Findings) => unproven.length === 0;
const text = (reason: string | undefined) => reason ?? "";

/** The decision table, rows 1 to 9; row 0, the health of replicas, is the controller's. */
const TABLE: readonly Row[] = [
  {
    row: 1,
    when: ({ harm }) => harm !== undefined,
    kind: "fail",
    action: () => "roll-back",
    reason: ({ harm }) => `Harm is proven: ${text(harm)}`,
  },
  {
    row: 2,
    when: ({ noData }) => noData !== undefined,
    kind: "no-data",
    action: ({ noDataForTooLong }) => (noDataForTooLong ? "weight-zero" : "hold"),
    reason: ({ noData }) => `No data: ${text(noData)}`,
  },
  {
    row: 3,
    when: ({ invalid }) => invalid !== undefined,
    kind: "invalid",
    action: (_, declared) => declared.invalid,
    reason: ({ invalid }) => `The comparison cannot be trusted: ${text(invalid)}`,
  },
  {
    row: 4,
    when: ({ tooEarly }) => tooEarly !== undefined,
    kind: "continue",
    action: () => "continue",
    reason: ({ tooEarly }) => text(tooEarly),
  },
  {
    row: 5,
    when: (findings) => findings.success === "superior" && isPassed(findings),
    kind: "pass",
    action: () => "promote",
    reason: ({ estimate }) => `Nightly is better: ${estimate}`,
  },
  {
    row: 6,
    when: ({ success }) => success === "worse",
    kind: "fail",
    action: () => "roll-back",
    reason: ({ estimate }) => `Nightly is worse: ${estimate}`,
  },
  {
    row: 7,
    when: (findings, { policy }) =>
      policy === "non-inferior" &&
      (findings.success === "non-inferior" || findings.success === "superior") &&
      isPassed(findings),
    kind: "pass",
    action: () => "promote",
    reason: ({ estimate }) => `Nightly is not worse by more than the margin: ${estimate}`,
  },
  {
    row: 8,
    when: ({ canExtend, conditionalPower }, { minimumConditionalPower }) =>
      canExtend && conditionalPower !== undefined && conditionalPower >= minimumConditionalPower,
    kind: "inconclusive",
    action: () => "extend",
    reason: (findings) =>
      `Not sure yet: ${undecided(findings)}; with an extension a promotion has a probability of ` +
      `${((findings.conditionalPower ?? 0) * 100).toFixed(0)} %`,
  },
  {
    row: 9,
    when: () => true,
    kind: "inconclusive",
    // "promote" was declared for a release that is not better, not for one whose guardrails are unknown.
    action: (findings, { inconclusive }) =>
      inconclusive === "promote" && !isPassed(findings) ? "keep-main" : inconclusive,
    reason: (findings) => `Not sure: ${undecided(findings)}`,
  },
];

function undecided({ estimate, unproven }: Findings): string {
  const open = unproven.length === 0 ? "" : `; not proven within margin: ${unproven.join(", ")}`;
  return `${estimate}${open}`;
}

/** Row, kind, action and reason: the first row of the table that applies, from the top. */
export function decide(findings: Findings, declared: DeclaredPolicy): Decision {
  const row = TABLE.find(({ when }) => when(findings, declared));
  if (row === undefined) throw new Error("the last row always applies");
  return {
    row: row.row,
    kind: row.kind,
    action: row.action(findings, declared),
    reason: row.reason(findings).slice(0, LONGEST_REASON),
  };
}

/** As the contract of verdicts has it. */
const LONGEST_REASON = 1_000;
