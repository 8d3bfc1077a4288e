const DAY_MS = 86_400_000;

/** The busiest time of the day: nine in the evening. */
const PEAK_HOUR = 21;

/**
 * How busy the platform is at a time, relative to the day's mean of 1; highest at 21:00.
 *
 * @param localMs milliseconds since 1970 on the platform's own clock.
 * @param swing share by which the peak lies above the mean, in [0, 1].
 */
export function rhythm(localMs: number, swing: number): number {
  return 1 + swing * Math.cos(2 * Math.PI * (localMs / DAY_MS - PEAK_HOUR / 24));
}
