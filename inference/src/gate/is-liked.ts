import type { HistoryEntry } from "@canarec/db-utils/interactions/decode-history";
import { DEFAULT_PREFERENCE, LIKED_FROM, preferenceOf } from "../models/preference.ts";
import type { ServingModel } from "../serving/serving-model.ts";

/**
 * Whether a movie that the model knows was liked. One rule for all bundles, whatever they were fitted with:
 * a bundle does not choose what it is tested on.
 */
export function isLiked(
  model: Pick<ServingModel, "indexOf" | "minutes">,
  { movieKey, rating, furthestMinute }: HistoryEntry,
): boolean {
  const movie = model.indexOf(movieKey);
  if (movie === undefined) return false;
  const interest = {
    rating: rating ?? Number.NaN,
    furthestMinute: furthestMinute ?? Number.NaN,
    minutes: model.minutes[movie] ?? Number.NaN,
  };
  return preferenceOf(interest, DEFAULT_PREFERENCE) >= LIKED_FROM;
}
