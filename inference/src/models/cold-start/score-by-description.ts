import { ServiceError } from "@canarec/service-kit/errors";
import type { MovieFeatures } from "../model.ts";

/** What a user says of themselves, embedded as movies are. */
export interface Description {
  /** Of what they like, of any length; undefined where they say nothing. */
  readonly likes?: Float32Array;
  /** Of what they dislike. */
  readonly dislikes?: Float32Array;
}

/** How much a dislike counts against a like: people write less, and less truly, of what they avoid. */
const DISLIKE_WEIGHT = 0.5;

/**
 * How near each movie's text is to what a user says: cos(likes, movie) − ½ cos(dislikes, movie), in [−1.5, 1.5]. 0 for a
 * movie that is not embedded, and where the user says nothing.
 *
 * @param into (movies), overwritten; finite.
 * @throws ServiceError "invalid_argument" for a vector of another length than movies have, or numbers that are not finite.
 */
export function scoreByDescription(
  { likes, dislikes }: Description,
  features: Pick<MovieFeatures, "embeddings" | "dimensions">,
  into: Float32Array,
): void {
  into.fill(0);
  if (likes !== undefined) addCosines(likes, 1, features, into);
  if (dislikes !== undefined) addCosines(dislikes, -DISLIKE_WEIGHT, features, into);
}

function addCosines(
  vector: Float32Array,
  weight: number,
  { embeddings, dimensions }: Pick<MovieFeatures, "embeddings" | "dimensions">,
  into: Float32Array,
): void {
  const length = Math.hypot(...vector);
  if (vector.length !== dimensions || !Number.isFinite(length)) {
    throw new ServiceError("invalid_argument", "a description that is not embedded as movies are");
  }
  if (length === 0) return;
  for (let movie = 0; movie < into.length; movie += 1) {
    let sum = 0;
    for (let d = 0; d < dimensions; d += 1) {
      sum += (vector[d] as number) * (embeddings[movie * dimensions + d] as number);
    }
    into[movie] = (into[movie] as number) + (weight * sum) / length;
  }
}
