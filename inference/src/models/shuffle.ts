/**
 * Put into random order, in place: every order is equally likely (Fisher and Yates 1938; Durstenfeld 1964).
 *
 * @param below a uniform whole number in [0, n).
 */
export function shuffle(order: Int32Array, below: (n: number) => number): void {
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = below(last + 1);
    [order[last], order[other]] = [order[other] as number, order[last] as number];
  }
}
