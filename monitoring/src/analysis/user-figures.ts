import {
  type AnalysedExposure,
  CLOCK_TOLERANCE_MS,
  failureClass,
  fellBack,
  isRequest,
  wasShown,
} from "./exposure.ts";
import type { UserFigures } from "./metrics.ts";

/** A movie that a user began to watch. */
export interface BegunMovie {
  readonly movieId: string;
  readonly firstWatchedAtMs: number;
  /** Different minutes of the movie seen until the end of the attribution window's last hour. */
  readonly minutes: number;
}

export interface RatedMovie {
  readonly movieId: string;
  readonly ratedAtMs: number;
  /** In (0, 20]. */
  readonly twentieths: number;
}

/** Everything known of a user of an evaluation; what lies outside the attribution window is ignored. */
export interface UserEvents {
  readonly firstExposedAtMs: number;
  readonly exposures: readonly AnalysedExposure[];
  readonly begun: readonly BegunMovie[];
  readonly rated: readonly RatedMovie[];
  readonly begunBefore: number;
}

export interface FigureRules {
  readonly attributionSeconds: number;
  readonly minimumMinutes: number;
  readonly deadlineMs: number;
}

/**
 * A user's figures. A movie counts as recommended once, from its first showing in the window on; it is
 * a hit if its first watched minute lies between that showing and the end of the window. A movie begun
 * before it was shown is none. The order of the events does not matter.
 */
export function userFigures(events: UserEvents, rules: FigureRules): UserFigures {
  const endMs = events.firstExposedAtMs + rules.attributionSeconds * 1_000;
  const exposures = events.exposures.filter(
    ({ atMs }) => atMs >= events.firstExposedAtMs && atMs <= endMs,
  );
  const shownAt = firstShowings(exposures);
  const isAfterShowing = (movieId: string, atMs: number) => {
    const at = shownAt.get(movieId);
    return at !== undefined && atMs >= at - CLOCK_TOLERANCE_MS && atMs <= endMs;
  };
  const hits = events.begun.filter(
    ({ movieId, firstWatchedAtMs, minutes }) =>
      isAfterShowing(movieId, firstWatchedAtMs) && minutes >= rules.minimumMinutes,
  );
  const rated = events.rated.filter(({ movieId, ratedAtMs }) => isAfterShowing(movieId, ratedAtMs));
  return {
    ...requestFigures(exposures, rules.deadlineMs),
    shown: shownAt.size,
    hits: hits.length,
    minutes: hits.reduce((sum, { minutes }) => sum + minutes, 0),
    ratings: rated.length,
    ratingTwentieths: rated.reduce((sum, { twentieths }) => sum + twentieths, 0),
    begunBefore: events.begunBefore,
  };
}

function firstShowings(exposures: readonly AnalysedExposure[]): ReadonlyMap<string, number> {
  const shownAt = new Map<string, number>();
  for (const exposure of exposures) {
    if (!wasShown(exposure)) continue;
    for (const movieId of exposure.list) {
      const before = shownAt.get(movieId);
      if (before === undefined || exposure.atMs < before) shownAt.set(movieId, exposure.atMs);
    }
  }
  return shownAt;
}

type RequestFigures = Pick<
  UserFigures,
  "requests" | "errors" | "deadline" | "lists" | "fallbacks" | "personalised"
>;

function requestFigures(
  exposures: readonly AnalysedExposure[],
  deadlineMs: number,
): RequestFigures {
  const count = { requests: 0, errors: 0, deadline: 0, lists: 0, fallbacks: 0, personalised: 0 };
  for (const exposure of exposures) {
    if (!isRequest(exposure)) continue;
    count.requests += 1;
    const failure = failureClass(exposure, deadlineMs);
    if (failure !== undefined) count[failure] += 1;
    if (fellBack(exposure)) count.fallbacks += 1;
    if (exposure.personalised) count.personalised += 1;
  }
  return count;
}
