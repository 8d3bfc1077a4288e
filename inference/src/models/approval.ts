import { z } from "zod";
import { constantModel } from "./constant-model.ts";
import type { Interactions } from "./interactions.ts";

const Config = z.strictObject({ damping: z.number().positive() });

export interface ApprovalConfig {
  /** Interactions of mean preference that every movie begins with. */
  readonly damping: number;
}

/**
 * How much those who met a movie liked it: the mean preference, drawn towards that of all interactions where few did
 * (a Bayesian mean): (Σ preference + damping · mean) / (n + damping), in [−1, 1]. The same for everybody, and not the same as
 * popularity: of what is shown, good movies are taken more often than known ones.
 */
export const approval = constantModel<ApprovalConfig>({
  name: "approval",
  defaults: { damping: 20 },
  schema: Config,
  scoresOf: meansOf,
});

function meansOf(
  { movies, movieOf, preferences }: Interactions,
  { damping }: ApprovalConfig,
): Float32Array {
  const sums = new Float64Array(movies);
  const counts = new Float64Array(movies);
  let total = 0;
  for (let at = 0; at < movieOf.length; at += 1) {
    const movie = movieOf[at] as number;
    const preference = preferences[at] as number;
    sums[movie] = (sums[movie] as number) + preference;
    counts[movie] = (counts[movie] as number) + 1;
    total += preference;
  }
  const mean = total / Math.max(1, movieOf.length);
  return Float32Array.from(
    sums,
    (sum, movie) => (sum + damping * mean) / ((counts[movie] as number) + damping),
  );
}
