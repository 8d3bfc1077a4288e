/** The scale of the literature, whose learning rates and decays are for it: 0 is the worst, 5 the best. */
const BEST = 5;

/** @param preference of a rating, in [−1, 1]; see ratedPreference with a neutral rating of a half. */
export function starsOf(preference: number): number {
  return ((preference + 1) / 2) * BEST;
}

/** @returns the rating as it is stored, in [0, 1] for stars from 0 to 5. */
export function ratingOf(stars: number): number {
  return stars / BEST;
}
