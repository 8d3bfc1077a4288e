import type { Track } from "@canarec/load-balancer/contract/exposure";
import { groupBy } from "./group-by.ts";
import { type AnalysedExposure, failureClass, fellBack, isRequest } from "./exposure.ts";

/**
 * What the guardrails count in one minute, track and step. Failures are counted by user: a client that
 * repeats a failing request at once counts once a minute.
 */
export interface MinuteCounts {
  readonly requests: number;
  /** Different users with a request. */
  readonly users: number;
  /** Of these, users with a failed first attempt, by class. */
  readonly errors: number;
  readonly deadline: number;
  readonly lists: number;
  readonly fallbacks: number;
  readonly personalised: number;
  /** Answers with a list while the platform's lines flowed, and those of them that have their line. */
  readonly answers: number;
  readonly matched: number;
  /** Answers with a list while the platform's lines did not flow. */
  readonly unlogged: number;
  /** Answers drawn for the variety of lists, equally many in both tracks, and the different movies in them. */
  readonly sampled: number;
  readonly sampledMovies: number;
}

export interface MinuteRow {
  readonly track: Track;
  readonly step: number;
  /** Made under the window's own snapshots: in the evaluation or later. */
  readonly inWindow: boolean;
  readonly counts: MinuteCounts;
}

/** A build's own answers that are looked through for their variety, a minute and track. */
const MOST_SAMPLED = 500;

export interface MinuteRules {
  readonly deadlineMs: number;
  /** First snapshot version of the window's evaluation; undefined before it. */
  readonly firstSnapshotVersion: number | undefined;
}

/**
 * Summarise all exposures of a release within one minute; pinned users are left out by the caller. The
 * order does not matter. Counts of minutes add up.
 */
export function summariseMinute(
  exposures: readonly AnalysedExposure[],
  { deadlineMs, firstSnapshotVersion = Number.POSITIVE_INFINITY }: MinuteRules,
): readonly MinuteRow[] {
  const groups = groupBy(
    exposures.filter(isRequest),
    ({ step, snapshotVersion }) => `${step} ${snapshotVersion >= firstSnapshotVersion}`,
  );
  return [...groups.values()].flatMap((group) => {
    const byTrack = groupBy(group, ({ assigned }) => assigned);
    const ownOf = (track: Track) => (byTrack.get(track) ?? []).filter(isOwnAnswer);
    const size = Math.min(ownOf("main").length, ownOf("nightly").length, MOST_SAMPLED);
    return [...byTrack].map(([track, members]) => ({
      track,
      step: members[0]?.step ?? 0,
      inWindow: (members[0]?.snapshotVersion ?? 0) >= firstSnapshotVersion,
      counts: { ...countRequests(members, deadlineMs), ...countMovies(ownOf(track), size) },
    }));
  });
}

function isOwnAnswer({ reason }: AnalysedExposure): boolean {
  return reason === "ok" || reason === "retried" || reason === "hedged";
}

function countRequests(
  members: readonly AnalysedExposure[],
  deadlineMs: number,
): Omit<MinuteCounts, "sampled" | "sampledMovies"> {
  const users = new Set<number>();
  const failed = {
    errors: new Set<number>(),
    deadline: new Set<number>(),
    lists: new Set<number>(),
  };
  const count = { fallbacks: 0, personalised: 0, answers: 0, matched: 0, unlogged: 0 };
  for (const exposure of members) {
    users.add(exposure.userId);
    const failure = failureClass(exposure, deadlineMs);
    if (failure !== undefined) failed[failure].add(exposure.userId);
    if (fellBack(exposure)) count.fallbacks += 1;
    if (exposure.personalised) count.personalised += 1;
    if (exposure.status !== 200 || exposure.list.length === 0) continue;
    if (exposure.matched === null) count.unlogged += 1;
    else count.answers += 1;
    if (exposure.matched === true) count.matched += 1;
  }
  return {
    requests: members.length,
    users: users.size,
    errors: failed.errors.size,
    deadline: failed.deadline.size,
    lists: failed.lists.size,
    ...count,
  };
}

/** The sample is the earliest answers, of simultaneous ones those of the lower user. */
function countMovies(
  answers: readonly AnalysedExposure[],
  size: number,
): Pick<MinuteCounts, "sampled" | "sampledMovies"> {
  const isAll = size === answers.length;
  const sample = isAll
    ? answers
    : answers.toSorted((a, b) => a.atMs - b.atMs || a.userId - b.userId).slice(0, size);
  const movies = new Set<string>();
  for (const { list } of sample) for (const movie of list) movies.add(movie);
  return { sampled: size, sampledMovies: movies.size };
}
