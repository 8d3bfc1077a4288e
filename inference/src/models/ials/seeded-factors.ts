import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { mersenne } from "pure-rand/generator/mersenne";
import { sharedFloats } from "../linear-algebra/shared-arrays.ts";

/** Norm of a row, about: small, so that the first half step finds nearly no taste but popularity (Rendle et al. 2022). */
const SPREAD = 0.1;

/** Normal numbers of a mean of 0 and a standard deviation of SPREAD / √factors, (rows × factors), in shared memory. */
export function seededFactors(rows: number, factors: number, seed: number): Float32Array {
  const generator = mersenne(seed);
  const deviation = SPREAD / Math.sqrt(factors);
  const drawn = sharedFloats(rows * factors);
  for (let place = 0; place < drawn.length; place += 1) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator))); // Box and Muller, 1958
    drawn[place] = deviation * radius * Math.cos(2 * Math.PI * uniformFloat64(generator));
  }
  return drawn;
}
