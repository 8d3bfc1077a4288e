/**
 * The k-th largest of the first `count` values, by parting them around a middle one again and again (Hoare 1961): a few
 * passes in all.
 *
 * @param values reordered as far as `count`; none is NaN. @param k from 1 to `count`.
 */
export function kthLargest(values: Float32Array, count: number, k: number): number {
  const wanted = k - 1;
  let from = 0;
  let to = count - 1;
  while (from < to) {
    const middle = values[(from + to) >> 1] as number;
    let left = from;
    let right = to;
    while (left <= right) {
      while ((values[left] as number) > middle) left += 1;
      while ((values[right] as number) < middle) right -= 1;
      if (left > right) break;
      const larger = values[right] as number;
      values[right] = values[left] as number;
      values[left] = larger;
      left += 1;
      right -= 1;
    }
    if (wanted <= right) to = right;
    else if (wanted >= left) from = left;
    else break;
  }
  return values[wanted] as number;
}
