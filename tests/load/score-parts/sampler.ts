import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { mersenne } from "pure-rand/generator/mersenne";

/** Random numbers and movies, of which the first are the popular ones. */
export interface Sampler {
  /** In [0, 1). */
  uniform(): number;
  /** A dense index: about every second one is among the first twentieth. */
  movie(): number;
}

/** @param seed the same gives the same. */
export function openSampler(movies: number, seed: number): Sampler {
  const generator = mersenne(seed);
  const uniform = () => uniformFloat64(generator);
  return { uniform, movie: () => Math.floor(movies * uniform() ** 4) };
}
