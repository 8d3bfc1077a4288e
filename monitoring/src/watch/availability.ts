import { percent } from "@canarec/service-kit/notice-text";
import type { WatchLimits } from "./limits.ts";
import { type Finding, GOOD, type PlaneCounts, type Sighting, UNCLEAR } from "./sighting.ts";

const NOTHING: PlaneCounts = { answers: 0, unanswered: 0, ownList: 0 };

/**
 * Whether users get lists that replicas made: by the data planes' counters over the window, by the platform's own
 * lines of the last minute, and by whether every data plane answers at all.
 *
 * @param sightings oldest first; the last is now.
 */
export function judgeAvailability(
  sightings: readonly Sighting[],
  { windowMs, leastAnswers, badShare, goodShare }: WatchLimits["availability"],
): Finding {
  const now = sightings.at(-1);
  if (now === undefined || now.dataPlanes.size === 0) return UNCLEAR;
  const silent = [...now.dataPlanes.values()].filter((counts) => counts === null).length;
  if (silent > 0) {
    const of = now.dataPlanes.size;
    return {
      kind: "bad",
      what: `${silent} of ${of} load balancers do not answer on their admin ports: users may get nothing at all`,
      users: silent === of ? "all who ask" : `those whom the platform sends to ${silent} of ${of}`,
      done: "whoever supervises them starts them again; nothing else can answer in their place",
    };
  }
  const counts = countsWithin(sightings, windowMs);
  const bad = counts.unanswered + counts.ownList;
  const platform = now.rows?.platform ?? { answers: 0, failed: 0 };
  const isBad = (of: number, all: number) => all >= leastAnswers && of / all > badShare;
  if (isBad(bad, counts.answers)) {
    return {
      kind: "bad",
      what: `${percent(bad / counts.answers)} of ${counts.answers} answers of the last ${windowMs / 1_000} s were made by no replica: ${counts.unanswered} errors, ${counts.ownList} times the load balancer's own list`,
      users: `${percent(bad / counts.answers)} of those who ask; ${percent(counts.unanswered / counts.answers)} get an error, the others the most popular movies`,
      done: "replicas that fail are left out and started again; the own list answers in their place",
    };
  }
  if (isBad(platform.failed, platform.answers)) {
    return {
      kind: "bad",
      what: `The platform counts ${platform.failed} of our last ${platform.answers} answers as failed, more than we see ourselves`,
      users: `${percent(platform.failed / platform.answers)} of those who ask, by the platform's own lines`,
      done: "nothing: what is wrong lies between the platform and the load balancer, or in the time that answers take",
    };
  }
  const share = Math.max(
    bad / Math.max(1, counts.answers),
    platform.failed / Math.max(1, platform.answers),
  );
  return share <= goodShare ? GOOD : UNCLEAR;
}

/** What was counted within the window; a data plane that began anew counts from 0. */
function countsWithin(sightings: readonly Sighting[], windowMs: number): PlaneCounts {
  const endMs = sightings.at(-1)?.atMs ?? 0;
  const within = sightings.filter(({ atMs }) => endMs - atMs <= windowMs);
  let sum = NOTHING;
  for (const url of sightings.at(-1)?.dataPlanes.keys() ?? []) {
    const series = within.flatMap(({ dataPlanes }) => dataPlanes.get(url) ?? []);
    series.slice(1).forEach((after, index) => {
      const before = series[index] ?? NOTHING;
      const since = after.answers < before.answers ? NOTHING : before;
      sum = {
        answers: sum.answers + after.answers - since.answers,
        unanswered: sum.unanswered + Math.max(0, after.unanswered - since.unanswered),
        ownList: sum.ownList + Math.max(0, after.ownList - since.ownList),
      };
    });
  }
  return sum;
}
