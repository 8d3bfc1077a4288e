import { ServiceError } from "@canarec/service-kit/errors";

/** What all protocols that draw at random need. */
export interface SplitOptions {
  /** The least preference that counts as liked, and so may be a target; in (−1, 1]. */
  readonly likedFrom: number;
  /** Whole number: the same gives the same split. */
  readonly seed: number;
  /** Share of a user's liked movies that become targets, in (0, 1); 0.2 unless told. */
  readonly targetShare?: number;
  /** Users with fewer liked movies are not asked; 5 unless told, never below 2. */
  readonly leastLiked?: number;
}

export const TARGET_SHARE = 0.2;
export const LEAST_LIKED = 5;

/** @throws ServiceError "invalid_argument" for an option outside its range. */
export function checkSplitOptions(options: SplitOptions): Required<SplitOptions> {
  const { likedFrom, seed, targetShare = TARGET_SHARE, leastLiked = LEAST_LIKED } = options;
  if (!(likedFrom > -1 && likedFrom <= 1)) refuse(`likedFrom ${likedFrom} is not in (−1, 1]`);
  if (!Number.isInteger(seed)) refuse(`seed ${seed} is not a whole number`);
  if (!(targetShare > 0 && targetShare < 1)) refuse(`targetShare ${targetShare} is not in (0, 1)`);
  if (!Number.isInteger(leastLiked) || leastLiked < 2) {
    refuse(`leastLiked ${leastLiked} is not a whole number from 2`);
  }
  return { likedFrom, seed, targetShare, leastLiked };
}

function refuse(message: string): never {
  throw new ServiceError("invalid_argument", message);
}
