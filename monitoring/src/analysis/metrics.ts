import type { UserValues } from "../statistics/sufficient-sums.ts";

/** What is summed over users: the primary metrics, the guardrails, and who saw anything at all. */
export const METRICS = [
  "watched_share",
  "hit_rate",
  "minutes_watched",
  "rating",
  "errors",
  "deadline",
  "lists",
  "fallback",
  "personalised",
  "joined",
] as const;
export type Metric = (typeof METRICS)[number];

/** One user over [first exposure, first exposure + attribution window]: whole numbers. */
export interface UserFigures {
  /** Requests, without those whose client went away. */
  readonly requests: number;
  /** First attempts that failed, by class. */
  readonly errors: number;
  readonly deadline: number;
  readonly lists: number;
  /** Requests that the assigned track did not answer. */
  readonly fallbacks: number;
  readonly personalised: number;
  /** Different movies that were really shown. */
  readonly shown: number;
  /** Of these, movies that the user began to watch afterwards, for the plan's minimum of minutes. */
  readonly hits: number;
  /** Minutes watched of the hits. */
  readonly minutes: number;
  /** Ratings given to shown movies afterwards: how many, and their sum in twentieths of the scale. */
  readonly ratings: number;
  readonly ratingTwentieths: number;
  /** Movies begun in the week before the release had any user: the covariate. */
  readonly begunBefore: number;
}

/** The user's contribution to every metric's sums. */
export function metricValues(figures: UserFigures): Readonly<Record<Metric, UserValues>> {
  const { requests, shown, hits, begunBefore: x } = figures;
  return {
    watched_share: { s: hits > 0 ? 1 : 0, k: 1, x },
    hit_rate: { s: hits, k: shown, x },
    minutes_watched: { s: figures.minutes, k: 1, x },
    rating: { s: figures.ratingTwentieths, k: figures.ratings * 20, x },
    errors: { s: figures.errors, k: requests, x },
    deadline: { s: figures.deadline, k: requests, x },
    lists: { s: figures.lists, k: requests, x },
    fallback: { s: figures.fallbacks, k: requests, x },
    personalised: { s: figures.personalised, k: requests, x },
    joined: { s: shown > 0 ? 1 : 0, k: 1, x },
  };
}
