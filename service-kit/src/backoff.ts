/** How long to wait before trying again. */
export interface Backoff {
  /** Wait after the first failure. */
  readonly baseMs: number;
  /** Longest wait. */
  readonly maxMs: number;
}

/**
 * Exponential back-off with full jitter: uniform in [base/2, cap], where cap = base · 2^attempt, at
 * most `maxMs`. Spreads clients that failed together (Brooker, "Exponential Backoff and Jitter", 2015).
 *
 * @param attempt failures so far minus one, from 0.
 * @param random uniform in [0, 1).
 */
export function backoffMs(attempt: number, backoff: Backoff, random: () => number): number {
  const cap = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(attempt, 30));
  const floor = Math.min(backoff.baseMs / 2, cap);
  return floor + random() * (cap - floor);
}
