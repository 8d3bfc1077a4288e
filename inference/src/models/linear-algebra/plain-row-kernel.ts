import type { RowStep } from "./row-step.ts";
import type { RowKernel } from "./solve-rows.ts";

/** Sums in double precision, in plain loops. */
export function createPlainRowKernel({ rows, fixed, gram, factors }: RowStep): RowKernel {
  const direction = new Float64Array(factors);
  const image = new Float64Array(factors);
  let [start, end] = [0, 0];
  const add = (weight: number, from: Float32Array, place: number) => {
    for (let k = 0; k < factors; k += 1) {
      image[k] = (image[k] as number) + weight * (from[place + k] as number);
    }
  };
  return {
    direction,
    image,
    begin(first, last) {
      [start, end] = [first, last];
    },
    apply() {
      image.fill(0);
      for (let k = 0; k < factors; k += 1) add(direction[k] as number, gram, k * factors);
      for (let at = start; at < end; at += 1) {
        const place = (rows.columnOf[at] as number) * factors;
        let dot = 0;
        for (let k = 0; k < factors; k += 1) {
          dot += (fixed[place + k] as number) * (direction[k] as number);
        }
        add(Math.abs(rows.values[at] as number) * dot, fixed, place);
      }
    },
    target() {
      image.fill(0);
      for (let at = start; at < end; at += 1) {
        const weight = rows.values[at] as number;
        if (weight > 0) add(weight, fixed, (rows.columnOf[at] as number) * factors);
      }
    },
  };
}
