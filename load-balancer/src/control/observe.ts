import type { StoredVerdict } from "@canarec/db-utils/releases/release-repository";
import type { Track } from "../contract/exposure.ts";
import { VERDICT_VERSION, Verdict } from "../contract/verdict.ts";
import type { Observations } from "../rollout/transitions.ts";
import type { TrackReport } from "./data-planes.ts";
import type { Failure } from "./replica-set.ts";

/** Row 0 of the decision table: at least so many first attempts, of which at least this share failed. */
const LEAST_ATTEMPTS = 20;
const FAILURE_SHARE = 0.5;

/** Crashes of a nightly that serves: one is enough. */
type Unhealthy = NonNullable<Observations["unhealthy"]>;

/** First attempts of a track, and those that failed. */
export interface Attempts {
  readonly attempts: number;
  readonly failures: number;
}

const NO_ATTEMPTS: Attempts = { attempts: 0, failures: 0 };

/** First attempts of both tracks since they were last looked at. */
export class TrackAttempts {
  #before: Record<Track, Attempts> = { main: NO_ATTEMPTS, nightly: NO_ATTEMPTS };

  /** Forget what was before this release. */
  reset(reports: readonly TrackReport[]): void {
    this.#before = { main: sumOf(reports, "main"), nightly: sumOf(reports, "nightly") };
  }

  /** @returns attempts and failures since the last reset. */
  since(reports: readonly TrackReport[]): Readonly<Record<Track, Attempts>> {
    return { main: this.#ofTrack(reports, "main"), nightly: this.#ofTrack(reports, "nightly") };
  }

  #ofTrack(reports: readonly TrackReport[], track: Track): Attempts {
    const now = sumOf(reports, track);
    // A data plane that was started anew counts from nothing.
    if (now.attempts < this.#before[track].attempts) this.#before[track] = NO_ATTEMPTS;
    const { attempts, failures } = this.#before[track];
    return { attempts: now.attempts - attempts, failures: now.failures - failures };
  }
}

function sumOf(reports: readonly TrackReport[], track: Track): Attempts {
  const of = (name: "attempts" | "failures") =>
    reports.reduce((sum, report) => sum + report[track][name], 0);
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
 * of what it is asked fails, which main does not share.
 */
export function unhealthyOf(
  failures: readonly Failure[],
  attempts: Readonly<Record<Track, Attempts>>,
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
  const { main, nightly } = attempts;
  // Where main fails as much, it is not the build: a catalogue with too few movies, all servers away.
  if (!failsMostly(nightly) || failsMostly(main)) return undefined;
  const percent = Math.round((nightly.failures / nightly.attempts) * 100);
  return {
    reason: `${percent} % of ${nightly.attempts} first attempts on nightly failed`,
    evidence: attempts,
  };
}

function failsMostly({ attempts, failures }: Attempts): boolean {
  return attempts >= LEAST_ATTEMPTS && failures >= FAILURE_SHARE * attempts;
}

/** A stored verdict as the wire has it; undefined where it is none. */
export function verdictFrom(stored: StoredVerdict | undefined): Verdict | undefined {
  if (stored === undefined) return undefined;
  const wire = { ...stored, v: VERDICT_VERSION, at: stored.at.toISOString() };
  return Verdict.safeParse(wire).data;
}
