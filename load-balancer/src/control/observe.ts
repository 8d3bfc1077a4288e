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

/** What is looked at is that of so long ago until now: a build that fails after a good hour has failed. */
const WINDOW_MS = 60_000;

/** Looks in a row in which no replica of nightly could be tried. */
const BLIND_LOOKS = 10;

/** First attempts of both tracks lately. */
export interface LateAttempts extends Readonly<Record<Track, Attempts>> {
  /** A data plane has replicas of nightly and can try none of them, but main's, look after look. */
  readonly nightlyOut: boolean;
}

/** First attempts of both tracks, look by look. What was before the first look is nobody's. */
export class TrackAttempts {
  #looks: { readonly atMs: number; readonly sums: Readonly<Record<Track, Attempts>> }[] = [];
  #blind = 0;

  /** Forget what was before this release. */
  reset(): void {
    this.#looks = [];
    this.#blind = 0;
  }

  /** @returns attempts and failures of the last minute, at most since the last reset. */
  look(reports: readonly TrackReport[], nowMs: number): LateAttempts {
    const sums = { main: sumOf(reports, "main"), nightly: sumOf(reports, "nightly") };
    const before = this.#looks.at(-1)?.sums;
    // A data plane that was started anew counts from nothing.
    const isAnew =
      before !== undefined &&
      (sums.main.attempts < before.main.attempts ||
        sums.nightly.attempts < before.nightly.attempts);
    if (isAnew) this.#looks = [];
    this.#looks.push({ atMs: nowMs, sums });
    while (nowMs - (this.#looks[1]?.atMs ?? nowMs) >= WINDOW_MS) this.#looks.shift();
    const first = this.#looks[0]?.sums ?? sums;
    const isBlind = reports.some(
      ({ main, nightly }) =>
        nightly.replicas.length > 0 && nightly.available === 0 && main.available > 0,
    );
    this.#blind = isBlind ? this.#blind + 1 : 0;
    return {
      main: difference(sums.main, first.main),
      nightly: difference(sums.nightly, first.nightly),
      nightlyOut: this.#blind >= BLIND_LOOKS,
    };
  }
}

function difference(now: Attempts, before: Attempts): Attempts {
  return {
    attempts: now.attempts - before.attempts,
    failures: now.failures - before.failures,
  };
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
  attempts: LateAttempts,
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
  const { main, nightly, nightlyOut } = attempts;
  if (nightlyOut && !failsMostly(main)) {
    return { reason: "no replica of nightly can be tried any longer", evidence: attempts };
  }
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
