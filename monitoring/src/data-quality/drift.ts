/** When a day counts, and how far from the days before it may lie. */
export interface DriftRule {
  /** Days of history without which there is no verdict. */
  readonly leastDays: number;
  /** What a day has to be made of in order to count. */
  readonly leastSamples: number;
  /** A difference below this is none, however steady the history was: of a share, or of the stability index. */
  readonly leastDifference: number;
}

/** Standard deviations from the history's centre: one day in 16,000 of steady normal ones lies further out. */
export const SIGMAS = 4;

/** What was measured of the newest day, and how that compares. */
export interface Drift {
  readonly value: number;
  /** What the newest day is made of. */
  readonly samples: number;
  /** Undefined where the history is too short for one. */
  readonly verdict: DriftVerdict | undefined;
}

/** The value may be anything in [lower, upper]. */
export interface DriftVerdict {
  readonly lower: number;
  readonly upper: number;
  readonly isBreach: boolean;
}

export function verdictOf(value: number, lower: number, upper: number): DriftVerdict {
  return { lower, upper, isBreach: value < lower || value > upper };
}
