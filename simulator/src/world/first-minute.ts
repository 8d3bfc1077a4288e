import type { Random } from "./random.ts";

/** From being shown a list to the first minute of the movie that was chosen, in milliseconds: 2 to 52 seconds. */
export function firstMinuteDelayMs(random: Random): number {
  return 2_000 + random.below(50_000);
}
