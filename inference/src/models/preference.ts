/** What turns an interaction into a preference. */
export interface PreferenceRule {
  /** Normalised rating that speaks neither for nor against a movie, in (0, 1). */
  readonly neutralRating: number;
  /** Preference for a movie watched to its end and not rated, in [0, 1]. */
  readonly watchedWeight: number;
  /** Share of its length below which a movie was not watched but left, in [0, 1]. */
  readonly leastShareWatched: number;
  /** Preference for a movie that was left, in [−1, 0]. */
  readonly bailOutPreference: number;
}

/**
 * The defaults. Leaving a movie says less than a bad rating: people also leave what they mean to
 * watch tomorrow.
 */
export const DEFAULT_PREFERENCE: PreferenceRule = {
  neutralRating: 0.5,
  watchedWeight: 0.7,
  leastShareWatched: 0.2,
  bailOutPreference: -0.3,
};

/** Half of a movie watched, or rated 3.5 of 5: from there on a preference counts as a like. */
export const LIKED_FROM = 0.35;

/** What is known of one user and one movie. */
export interface Interest {
  /** Normalised, in [0, 1]; NaN where there is none. */
  readonly rating: number;
  /** From 0; NaN where none was watched. */
  readonly furthestMinute: number;
  /** Length of the movie in minutes, or the catalogue's typical length. */
  readonly minutes: number;
}

/**
 * How much a user liked a movie, in [−1, 1].
 *
 * A rating decides where there is one; see ratedPreference. Else the share watched does: times
 * `watchedWeight` from `leastShareWatched` on, `bailOutPreference` below it. 0 where neither is known.
 */
export function preferenceOf(
  { rating, furthestMinute, minutes }: Interest,
  rule: PreferenceRule,
): number {
  if (!Number.isNaN(rating)) return ratedPreference(rating, rule.neutralRating);
  const share = shareWatched(furthestMinute, minutes);
  if (Number.isNaN(share)) return 0;
  return share >= rule.leastShareWatched ? share * rule.watchedWeight : rule.bailOutPreference;
}

/**
 * A rating as a preference: −1 at 0, 0 at the neutral rating, 1 at 1, linear in between and flat beyond.
 *
 * @param rating normalised. @param neutral in (0, 1).
 */
export function ratedPreference(rating: number, neutral: number): number {
  const above = rating - neutral;
  return above >= 0 ? Math.min(1, above / (1 - neutral)) : Math.max(-1, above / neutral);
}

/**
 * Share of a movie that was watched, in (0, 1]; minute 0 is the first minute. NaN where nothing was,
 * or the length is not known.
 */
export function shareWatched(furthestMinute: number, minutes: number): number {
  return minutes >= 0 && furthestMinute >= 0 ? Math.min(1, (furthestMinute + 1) / minutes) : NaN;
}
