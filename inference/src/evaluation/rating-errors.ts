/** How far predicted ratings are from given ones, in the unit of the ratings. */
export interface RatingErrors {
  readonly n: number;
  /** Root of the mean squared error. */
  readonly rmse: number;
  /** Mean absolute error, at most the RMSE. */
  readonly mae: number;
}

/** @throws RangeError for lengths that differ, for none at all, and for a number that is not finite. */
export function ratingErrors(predicted: ArrayLike<number>, given: ArrayLike<number>): RatingErrors {
  const n = given.length;
  if (n === 0 || predicted.length !== n) {
    throw new RangeError(`${predicted.length} predictions of ${n} ratings`);
  }
  let [squares, absolutes] = [0, 0];
  for (let at = 0; at < n; at += 1) {
    const error = (predicted[at] ?? 0) - (given[at] ?? 0);
    if (!Number.isFinite(error)) throw new RangeError(`prediction ${at} is not finite`);
    squares += error ** 2;
    absolutes += Math.abs(error);
  }
  return { n, rmse: Math.sqrt(squares / n), mae: absolutes / n };
}
