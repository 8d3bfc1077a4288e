import type { StoredVerdict } from "@canarec/db-utils/releases/release-repository";
import { VERDICT_VERSION, Verdict } from "../contract/verdict.ts";
import type { Observations } from "../rollout/decide.ts";
import type { TrackReport } from "./data-planes.ts";
import type { Failure } from "./replica-set.ts";

/** Row 0 of the decision table: at least so many first attempts, of which at least this share failed. */
const LEAST_ATTEMPTS = 20;
const FAILURE_SHARE = 0.5;

/** Crashes of a nightly that serves: one is enough. */
type Unhealthy = NonNullable<Observations["unhealthy"]>;

/** First attempts of nightly since they were last looked at. */
export class NightlyAttempts {
  #before = { attempts: 0, failures: 0 };

  /** Forget what was before this release. */
  reset(reports: readonly TrackReport[]): void {
    this.#before = sumOf(reports);
  }

  /** @returns attempts and failures since the last reset. */
  since(reports: readonly TrackReport[]): { attempts: number; failures: number } {
    const now = sumOf(reports);
    // A data plane that was started anew counts from nothing.
    if (now.attempts < this.#before.attempts) this.#before = { attempts: 0, failures: 0 };
    return {
      attempts: now.attempts - this.#before.attempts,
      failures: now.failures - this.#before.failures,
    };
  }
}

function sumOf(reports: readonly TrackReport[]): { attempts: number; failures: number } {
  const of = (name: "attempts" | "failures") =>
    reports.reduce((sum, { nightly }) => sum + nightly[name], 0);
  return { attempts: of("attempts"), failures: of("failures") };
}

/** Whether nightly is plainly unwell: a replica ended, outgrew its memory, or half of what it is asked fails. */
export function unhealthyOf(
  failures: readonly Failure[],
  attempts: { readonly attempts: number; readonly failures: number },
  memory: readonly { readonly name: string; readonly mebibytes: number; readonly limit: number }[],
): Unhealthy | undefined {
  const crashed = failures.find(({ wasReady }) => wasReady);
  if (crashed !== undefined) return { reason: crashed.reason, evidence: crashed };
  const grown = memory.find(({ mebibytes, limit }) => mebibytes > limit);
  if (grown !== undefined) {
    const reason = `${grown.name} has ${Math.round(grown.mebibytes)} MiB, above its limit of ${grown.limit}`;
    return { reason, evidence: grown };
  }
  const share = attempts.failures / attempts.attempts;
  if (attempts.attempts < LEAST_ATTEMPTS || share < FAILURE_SHARE) return undefined;
  const percent = Math.round(share * 100);
  return {
    reason: `${percent} % of ${attempts.attempts} first attempts on nightly failed`,
    evidence: attempts,
  };
}

/** A stored verdict as the wire has it; undefined where it is none. */
export function verdictFrom(stored: StoredVerdict | undefined): Verdict | undefined {
  if (stored === undefined) return undefined;
  const wire = { ...stored, v: VERDICT_VERSION, at: stored.at.toISOString() };
  return Verdict.safeParse(wire).data;
}
