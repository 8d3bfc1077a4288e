import { mersenne } from "pure-rand/generator/mersenne";

/** Random choices that a seed determines: the same calls in the same order give the same answers. */
export interface Draw {
  /** Uniform whole number in [0, n), 1 ≤ n ≤ 2²⁴: to within n / 2³². */
  below(n: number): number;
  /** `count` different places in [0, n), ascending; each subset of that size is equally likely. */
  places(n: number, count: number): Int32Array;
}

/** @param seed a whole number of 32 bits. */
export function openDraw(seed: number): Draw {
  const generator = mersenne(seed); // mixes seeds that are close together
  const below = (n: number) => Math.floor(((generator.next() >>> 0) / 2 ** 32) * n);
  return { below, places: (n, count) => drawPlaces(below, n, count) };
}

/** Floyd's algorithm (Bentley & Floyd, CACM 1987): `count` calls, whatever n. */
function drawPlaces(below: (n: number) => number, n: number, count: number): Int32Array {
  const drawn = new Set<number>();
  for (let last = Math.max(0, n - count); last < n; last += 1) {
    const place = below(last + 1);
    drawn.add(drawn.has(place) ? last : place);
  }
  return Int32Array.from(drawn).sort();
}
