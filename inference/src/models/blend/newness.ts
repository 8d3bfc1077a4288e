/**
 * How new each movie is, in [0, 1]: 2^(−age / half-life); 0 where its time is not known, 1 for one that is still to come.
 *
 * @param times when each movie came, in milliseconds since 1970, NaN where nobody knows, (movies).
 * @param nowMs what ages count to, e.g. the user's latest event.
 */
export function newnessOf(
  times: ArrayLike<number>,
  nowMs: number,
  halfLifeMs: number,
): Float32Array {
  const newness = new Float32Array(times.length);
  for (let movie = 0; movie < newness.length; movie += 1) {
    const time = times[movie] as number;
    if (Number.isNaN(time)) continue;
    newness[movie] = 2 ** (-Math.max(0, nowMs - time) / halfLifeMs);
  }
  return newness;
}
