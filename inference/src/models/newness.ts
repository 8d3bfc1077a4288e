import { z } from "zod";
import { constantModel } from "./constant-model.ts";
import type { Interactions } from "./interactions.ts";

const DAY_MS = 86_400_000;

const Config = z.strictObject({ halfLifeDays: z.number().positive() });

export interface NewnessConfig {
  /** Age in days at which a movie is half as new. */
  readonly halfLifeDays: number;
}

/**
 * How lately a movie was first met by anybody: 2^(−age / half-life) in [0, 1], age counted back from the latest
 * interaction of all; of one that nobody has met nothing is known: it is as new as the mean of the others. The same for
 * everybody: what came lately is what people come to next, which models of tastes, having seen little of it, do not know.
 */
export const newness = constantModel<NewnessConfig>({
  name: "newness",
  // Found on windows in time before the test split of ml-latest-small: one year is worse, four are no better.
  defaults: { halfLifeDays: 730 },
  schema: Config,
  scoresOf: scoresOf,
});

function scoresOf(
  { movies, movieOf, times }: Interactions,
  { halfLifeDays }: NewnessConfig,
): Float32Array {
  const halfLifeMs = halfLifeDays * DAY_MS;
  const first = new Float64Array(movies).fill(Infinity);
  let latest = -Infinity;
  for (let at = 0; at < movieOf.length; at += 1) {
    const movie = movieOf[at] as number;
    const time = times[at] as number;
    first[movie] = Math.min(first[movie] as number, time);
    latest = Math.max(latest, time);
  }
  let [sum, met] = [0, 0];
  const scores = Float32Array.from(first, (time) => {
    if (time === Infinity) return NaN;
    const score = 2 ** ((time - latest) / halfLifeMs);
    met += 1;
    sum += score;
    return score;
  });
  const mean = met === 0 ? 0 : sum / met;
  return scores.map((score) => (Number.isNaN(score) ? mean : score));
}
