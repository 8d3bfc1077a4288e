/** A mean over users and how sure it is. */
export interface Estimate {
  readonly n: number;
  readonly mean: number;
  /** Standard error, with n − 1 degrees of freedom; null of one value, which says nothing of its spread. */
  readonly se: number | null;
}

/** @throws RangeError without a value: a mean of nothing is not 0. */
export function estimateOf(values: ArrayLike<number>): Estimate {
  const n = values.length;
  if (n === 0) throw new RangeError("there is no mean of nothing");
  let sum = 0;
  for (let at = 0; at < n; at += 1) sum += values[at] ?? 0;
  const mean = sum / n;
  let squares = 0;
  for (let at = 0; at < n; at += 1) squares += ((values[at] ?? 0) - mean) ** 2;
  return { n, mean, se: n === 1 ? null : Math.sqrt(squares / (n - 1) / n) };
}
