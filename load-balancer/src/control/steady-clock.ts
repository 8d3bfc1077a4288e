/**
 * Milliseconds since 1970 at the start, and from then on what has passed: jumps of the clock are not seen,
 * as in the step of a time server or after a daylight-saving mistake.
 *
 * @param wallMs of the machine's clock, read once. @param monotonicMs of a clock that never jumps.
 */
export function steadyClock(
  wallMs: () => number = Date.now,
  monotonicMs: () => number = () => performance.now(),
): () => number {
  const offsetMs = wallMs() - monotonicMs();
  return () => Math.round(offsetMs + monotonicMs());
}
