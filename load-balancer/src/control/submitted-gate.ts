import type { GateResult } from "@canarec/db-utils/releases/gate-repository";
import type { Release } from "@canarec/db-utils/releases/release-repository";
import { GateReport } from "@canarec/inference/contract/gate-report";
import { ServiceError } from "@canarec/service-kit/errors";
import { plainText } from "@canarec/service-kit/plain-text";
import { z } from "zod";

/** What a submission says of the offline gate; absent: it is asked when the bundle is there. */
export const SubmittedGate = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("report"), report: GateReport }),
  z.strictObject({ kind: z.literal("skipped"), reason: plainText(500) }),
]);
export type SubmittedGate = z.output<typeof SubmittedGate>;

export interface GateSubmission {
  readonly gate?: SubmittedGate | undefined;
  readonly bundle?: string | undefined;
  readonly emergency: boolean;
  /** A tag puts a build in main's place without a judgement, but not without the gate. */
  readonly source?: string | undefined;
  readonly actor: string;
}

/**
 * What is stored of the gate with a submission; undefined where the gate is still to be asked.
 *
 * @param main the release that is main; undefined before the first.
 * @throws ServiceError "failed_precondition" for what the gate refused, or compared with another main;
 *   "invalid_argument" for a report about another bundle.
 */
export function submittedGate(
  { gate, bundle, emergency, source, actor }: GateSubmission,
  main: Pick<Release, "bundleId"> | undefined,
  at: Date,
): GateResult | undefined {
  const skipped = (reason: string): GateResult => ({
    ...{ at, verdict: "skipped", actor, reason, report: null },
  });
  if (gate === undefined) {
    return emergency && source !== "tag"
      ? skipped("nobody judges what is put in place at once")
      : undefined;
  }
  if (gate.kind === "skipped") return skipped(gate.reason);
  const { report } = gate;
  if (report.candidate.bundleId !== bundle) {
    throw new ServiceError("invalid_argument", "the gate's report is about another bundle");
  }
  if (report.main.bundleId !== main?.bundleId) {
    const message = "the gate compared with a bundle that is not main's: ask it again";
    throw new ServiceError("failed_precondition", message);
  }
  requirePassed(report);
  return { ...resultOf(report, at), actor };
}

/** A report as it is stored. */
export function resultOf(report: GateReport, at: Date): Omit<GateResult, "actor"> {
  return { at, verdict: report.verdict, reason: report.reasons[0] ?? "", report };
}

/** @throws ServiceError "failed_precondition" for what the gate refused, with all its reasons. */
export function requirePassed({ verdict, reasons }: GateReport): void {
  if (verdict !== "fail") return;
  throw new ServiceError(
    "failed_precondition",
    `the offline gate refuses it: ${reasons.join("; ")}`,
  );
}
