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

/** What a replica takes of its machine, beside what the plan allows. */
export interface ReplicaLoad {
  readonly name: string;
  readonly mebibytes: number;
  readonly mostMebibytes: number;
  /** How long its event loop was held up, 99th percentile; undefined where it does not tell. */
  readonly lagMs: number | undefined;
  readonly mostLagMs: number;
  /** Looks in a row that found it held up for longer. */
  readonly lateLooks: number;
}

/** A garbage collection may hold a replica up once. */
const LATE_LOOKS = 3;

/**
 * Whether nightly is plainly unwell: a replica ended, outgrew its memory, is held up again and again, or half
 * of what it is asked fails.
 */
export function unhealthyOf(
  failures: readonly Failure[],
  attempts: { readonly attempts: number; readonly failures: number },
  loads: readonly ReplicaLoad[],
): Unhealthy | undefined {
  const crashed = failures.find(({ wasReady }) => wasReady);
  if (crashed !== undefined) return { reason: crashed.reason, evidence: crashed };
  const grown = loads.find(({ mebibytes, mostMebibytes }) => mebibytes > mostMebibytes);
  if (grown !== undefined) {
    const { name, mebibytes, mostMebibytes } = grown;
    const reason = `${name} has ${Math.round(mebibytes)} MiB, above its limit of ${mostMebibytes}`;
    return { reason, evidence: grown };
  }
  const late = loads.find(({ lateLooks }) => lateLooks >= LATE_LOOKS);
  if (late !== undefined) {
    const { name, lagMs = 0, mostLagMs } = late;
    const reason = `the event loop of ${name} is held up by ${Math.round(lagMs)} ms, above its limit of ${mostLagMs}`;
    return { reason, evidence: late };
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
