import { shareWatched } from "../models/preference.ts";

/** When a user has had a movie, and is not recommended it again. */
export interface BarRule {
  /** Share of its length above which a movie counts as watched, in [0, 1]; 0: whatever was opened has been. */
  readonly watchedAbove: number;
}

/** Whoever has opened a movie finds it where they left it; a list tells them of another. */
export const DEFAULT_BAR_RULE: BarRule = { watchedAbove: 0 };

/**
 * Why a movie is in no list of a user. A closed set:
 *
 * - `rated`: the user rated it, high or low
 * - `watched`: the user watched more of it than the rule's share, or nobody knows how much that is
 * - `hidden`: the user does not want to be shown it
 * - `excluded`: the request left it out
 * - `kept_from_all`: nobody is shown it, as movies for adults where the operator says so
 */
export const BAR_REASONS = ["rated", "watched", "hidden", "excluded", "kept_from_all"] as const;
export type BarReason = (typeof BAR_REASONS)[number];

/** What is known of one user and one movie that they met. */
export interface Met {
  /** NaN where there is none. */
  readonly rating: number;
  /** From 0; NaN where none was watched. */
  readonly furthestMinute: number;
  /** Length of the movie in minutes; null where it is not known. */
  readonly minutes: number | null;
}

/** Whether a user who met a movie has had it; undefined: it may be recommended to them. */
export function hadReason(
  { rating, furthestMinute, minutes }: Met,
  { watchedAbove }: BarRule,
): "rated" | "watched" | undefined {
  if (!Number.isNaN(rating)) return "rated";
  const share = minutes === null ? NaN : shareWatched(furthestMinute, minutes);
  return share <= watchedAbove ? undefined : "watched"; // of a share that is not known, too
}
