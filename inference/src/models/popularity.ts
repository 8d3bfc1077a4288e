import { z } from "zod";
import { constantModel } from "./constant-model.ts";
import { type Interactions, latestTime } from "./interactions.ts";

const DAY_MS = 86_400_000;

const Config = z.strictObject({
  leastPreference: z.number().min(-1).max(1),
  halfLifeDays: z.number().positive(),
  windowDays: z.number().positive(),
});

/** How popularity counts. */
export interface PopularityConfig {
  /** What an interaction's preference must reach to count, in [−1, 1]; compared in single precision. */
  readonly leastPreference: number;
  /** Age in days, before the latest interaction of all, at which an interaction counts half. */
  readonly halfLifeDays: number;
  /** Age in days beyond which an interaction does not count. */
  readonly windowDays: number;
}

/**
 * How many liked a movie, younger likes counting more: Σ 2^(−age / half-life) within the window, age
 * counted back from the latest interaction of all. The same for everybody.
 */
export const popularity = constantModel<PopularityConfig>({
  name: "popularity",
  // A century: as good as no decay.
  defaults: { leastPreference: 0.1, halfLifeDays: 36_500, windowDays: 36_500 },
  schema: Config,
  scoresOf: countLikes,
});

function countLikes(interactions: Interactions, config: PopularityConfig): Float32Array {
  const { movies, movieOf, preferences, times } = interactions;
  const latest = latestTime(times);
  const decay = -Math.LN2 / (config.halfLifeDays * DAY_MS);
  const least = Math.fround(config.leastPreference);
  const sums = new Float64Array(movies);
  for (let at = 0; at < movieOf.length; at += 1) {
    const age = latest - (times[at] as number);
    if ((preferences[at] as number) < least) continue;
    if (age > config.windowDays * DAY_MS) continue;
    const movie = movieOf[at] as number;
    sums[movie] = (sums[movie] as number) + Math.exp(decay * age);
  }
  return Float32Array.from(sums);
}
