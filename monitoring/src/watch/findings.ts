import { judgeAvailability } from "./availability.ts";
import { judgeFreshness } from "./freshness.ts";
import type { TroubleKind, WatchLimits } from "./limits.ts";
import { judgeLateness, judgeRestarts, judgeVerdicts } from "./rows.ts";
import type { Finding, Sighting } from "./sighting.ts";
import { judgeLag, judgeStream } from "./stream.ts";

/** Something that is watched, and what the looks say of it. */
export interface NamedFinding {
  /** Its kind, and of a job which: `job-late:retention`. */
  readonly trouble: string;
  readonly kind: TroubleKind;
  readonly finding: Finding;
}

/** What goes wrong because of something else is not told while that is. Of each its causes. */
const CAUSES: Readonly<Partial<Record<TroubleKind, readonly TroubleKind[]>>> = {
  lag: ["stream"],
  freshness: ["stream", "lag"],
  "no-verdict": ["stream"],
};

/**
 * What the looks say of all that is watched. An effect whose cause is seen too is unclear, so that one fault is one
 * message.
 *
 * @param sightings oldest first, a few minutes of them.
 */
export function findingsOf(
  sightings: readonly Sighting[],
  limits: WatchLimits,
): readonly NamedFinding[] {
  const named = (kind: TroubleKind, finding: Finding) => ({ trouble: kind, kind, finding });
  const all: NamedFinding[] = [
    named("availability", judgeAvailability(sightings, limits.availability)),
    named("stream", judgeStream(sightings, limits.stream)),
    named("lag", judgeLag(sightings, limits.lag)),
    named("freshness", judgeFreshness(sightings, limits.freshness)),
    named("restarts", judgeRestarts(sightings, limits.restarts)),
    named("no-verdict", judgeVerdicts(sightings)),
    ...jobFindings(sightings.at(-1), limits),
  ];
  const bad = new Set(all.filter(({ finding }) => finding.kind === "bad").map(({ kind }) => kind));
  return all.map((one) =>
    one.finding.kind === "bad" && CAUSES[one.kind]?.some((cause) => bad.has(cause))
      ? { ...one, finding: { kind: "unclear" } }
      : one,
  );
}

function jobFindings(now: Sighting | undefined, { jobs }: WatchLimits): NamedFinding[] {
  return (now?.rows?.jobs ?? []).map((job) => ({
    trouble: `job-late:${job.name}`,
    kind: "job-late",
    finding: judgeLateness(job, job.name, { nowMs: now?.atMs ?? 0, marginMs: jobs.marginMs }),
  }));
}
