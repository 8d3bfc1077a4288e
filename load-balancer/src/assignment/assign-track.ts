import { murmur3 } from "./murmur3.ts";

/** The finest share of users that a weight can name is one bucket: 0.01 %. */
export const BUCKETS = 10_000;

/**
 * The bucket of a user in one release: an integer in [0, 10,000), the same in every process.
 * 2^32 is no multiple of 10,000: the first 7,296 buckets are more likely by a factor of 1 + 2.3e-6.
 *
 * @param salt ASCII, of the release; a new salt draws all users anew.
 * @param userId a non-negative 53-bit integer.
 */
export function bucketOf(salt: string, userId: number): number {
  return murmur3(`${salt}:${userId}`) % BUCKETS;
}

/**
 * The track that a user belongs to: nightly for the lowest `weight` share of the buckets. So it is
 * monotone: whoever is on nightly at a weight is on nightly at every larger one.
 *
 * @param weight share of users on nightly, in [0, 1], rounded to whole buckets.
 * @throws RangeError for a weight outside of [0, 1].
 */
export function assignTrack(salt: string, userId: number, weight: number): "main" | "nightly" {
  if (!(weight >= 0 && weight <= 1)) throw new RangeError(`weight ${weight} is not in [0, 1]`);
  return bucketOf(salt, userId) < Math.round(weight * BUCKETS) ? "nightly" : "main";
}
