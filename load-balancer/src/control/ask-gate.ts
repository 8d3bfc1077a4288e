import type { GateRepository, GateResult } from "@canarec/db-utils/releases/gate-repository";
import type { Release, ReleaseRepository } from "@canarec/db-utils/releases/release-repository";
import { GateReport } from "@canarec/inference/contract/gate-report";
import type { Runtime } from "../runtimes/runtime.ts";
import { requirePassed, resultOf } from "./submitted-gate.ts";

export interface GateParts {
  readonly runtime: Pick<Runtime, "runGate">;
  readonly releases: Pick<ReleaseRepository, "mains">;
  readonly gates: Pick<GateRepository, "find" | "write">;
  readonly nowMs: () => number;
}

/**
 * Hold a release's bundle against main's by the release's own gate, as a command of the build, once: what came
 * of it is stored. Nothing is asked where a result was submitted, or where there is nothing to compare.
 *
 * @returns the result.
 * @throws ServiceError "failed_precondition" for what it refuses; "unavailable" where the gate itself failed.
 */
export async function askGate(
  release: Release,
  bundleId: string,
  parts: GateParts,
  signal: AbortSignal,
): Promise<GateResult> {
  const known = await parts.gates.find(release.releaseId);
  const result = known ?? (await freshResult(release, bundleId, parts, signal));
  if (known === undefined) await parts.gates.write(release.releaseId, result);
  if (result.verdict === "fail") requirePassed(GateReport.parse(result.report));
  return result;
}

async function freshResult(
  { code }: Release,
  bundleId: string,
  { runtime, releases, nowMs }: GateParts,
  signal: AbortSignal,
): Promise<GateResult> {
  const actor = "controller";
  const without = (verdict: "skipped" | "no-data", reason: string): GateResult => ({
    ...{ at: new Date(nowMs()), verdict, actor, reason, report: null },
  });
  const main = (await releases.mains(1))[0]?.bundleId ?? undefined;
  if (main === undefined) return without("skipped", "main has no bundle to compare with");
  if (main === bundleId) return without("skipped", "it serves main's own bundle");
  const report = await runtime.runGate(code, { main, candidate: bundleId }, signal);
  if (report === undefined) return without("no-data", "this build is older than the gate");
  return { ...resultOf(report, new Date(nowMs())), actor };
}
