import { percent, utcTime } from "@canarec/service-kit/notice-text";
import type { WatchLimits } from "./limits.ts";
import { type Finding, GOOD, type JobSight, type Sighting, UNCLEAR } from "./sighting.ts";

const SHOWN = 3;

/** Whether replicas end again and again. */
export function judgeRestarts(
  sightings: readonly Sighting[],
  { windowMs, failures: most }: WatchLimits["restarts"],
): Finding {
  const now = sightings.at(-1);
  const failures = now?.rows?.failures.filter(({ atMs }) => now.atMs - atMs <= windowMs);
  if (failures === undefined) return UNCLEAR;
  if (failures.length === 0) return GOOD;
  if (failures.length < most) return UNCLEAR;
  const last = failures
    .slice(-SHOWN)
    .map(({ name, reason }) => (reason.startsWith(name) ? reason : `${name} ${reason}`));
  return {
    kind: "bad",
    what: `${failures.length} replicas ended within ${windowMs / 60_000} minutes; the last: ${last.join("; ")}`,
    users:
      "none while another replica of the track works; each end is at most a second attempt for those it answered",
    done: "each was started again, after growing pauses; a release whose replica ends is taken back",
  };
}

/** Whether a release that users are on is judged. */
export function judgeVerdicts(sightings: readonly Sighting[]): Finding {
  const now = sightings.at(-1);
  const releases = now?.rows?.releases;
  if (now === undefined || releases === undefined) return UNCLEAR;
  const silent = releases.filter(
    ({ judgedAtMs, limitSeconds }) => now.atMs - judgedAtMs > limitSeconds * 1_000,
  );
  const [first] = silent;
  if (first === undefined) return GOOD;
  const { releaseId, state, judgedAtMs, weight } = first;
  return {
    kind: "bad",
    what: `Release ${releaseId} (${state}) has had no verdict for ${Math.round((now.atMs - judgedAtMs) / 1_000)} s: nobody judges it`,
    users:
      weight > 0 ? `${percent(weight)} of the users have it unjudged` : "none: nobody is on it",
    done: "the control plane holds it, and takes it back when its plan's limit is over",
  };
}

/** Whether a job ran when it should have. One that fails has been told, and is not late besides. */
export function judgeLateness(
  { sinceMs, everSucceeded, isFailing, periodMs, limitMs, harm }: JobSight,
  name: string,
  { nowMs, marginMs }: { readonly nowMs: number; readonly marginMs: number },
): Finding {
  if (periodMs === undefined) return UNCLEAR;
  const dueMs = sinceMs + periodMs + limitMs + marginMs;
  if (nowMs <= dueMs) return everSucceeded ? GOOD : UNCLEAR;
  if (isFailing) return UNCLEAR;
  const since = utcTime(new Date(sinceMs));
  return {
    kind: "bad",
    what: `Job ${name} is late: ${everSucceeded ? `its last success was at ${since}` : `it has not succeeded once since ${since}`}, and one was due by ${utcTime(new Date(dueMs))}`,
    users: harm ?? "none directly",
    done: "nothing: it runs at its next time, if monitoring can run it",
  };
}
