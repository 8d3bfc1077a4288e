/** A limit of requests: so many a second, and as many at once after a quiet second. */
export interface TokenBucket {
  /** Whether a request at this time is within the limit; if so it counts. */
  take(nowMs: number): boolean;
}

/** @param perSecond tokens a second, and the most that are kept; at least 1. */
export function createTokenBucket(perSecond: number): TokenBucket {
  let tokens = perSecond;
  let atMs = 0;
  return {
    take(nowMs) {
      tokens = Math.min(perSecond, tokens + (Math.max(0, nowMs - atMs) / 1_000) * perSecond);
      atMs = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
