import type { Platform } from "./platform.ts";
import { randomStream } from "./random.ts";
import type { Visit } from "./response.ts";
import { rhythm } from "./rhythm.ts";

/** A visit without its minutes: what long simulations need. */
export interface VisitRecord extends Visit {
  readonly atMs: number;
  readonly userId: number;
  readonly list: readonly string[];
}

export interface VisitSettings {
  readonly startMs: number;
  readonly endMs: number;
  /** Mean of a day over all users. */
  readonly visitsPerDay: number;
  /** Share by which the evening's peak lies above the mean, in [0, 1]. */
  readonly dailySwing: number;
}

/**
 * The visits of a span of virtual time, in order, a Poisson process with the daily rhythm. A user's
 * response is drawn when the visit is taken, so a recommender sees all visits before it.
 *
 * @param recommend the list that a user is shown: movie ids, best first.
 */
export function* simulateVisits(
  platform: Platform,
  settings: VisitSettings,
  recommend: (userId: number, atMs: number) => readonly string[],
): Generator<VisitRecord> {
  const random = randomStream(platform.seed, "visits", settings.startMs);
  const peak = 1 + settings.dailySwing;
  const meanMs = 86_400_000 / (settings.visitsPerDay * peak);
  let atMs = settings.startMs + random.exponential(meanMs);
  for (; atMs < settings.endMs; atMs += random.exponential(meanMs)) {
    if (!random.chance(rhythm(atMs, settings.dailySwing) / peak)) continue; // thinning
    const userId = platform.population.draw(random);
    const list = recommend(userId, atMs);
    yield { atMs, userId, list, ...platform.visit(userId, list, atMs) };
  }
}
