import { factorCholesky, solveCholesky } from "../linear-algebra/cholesky.ts";
import { SquareSums } from "../linear-algebra/square-sums.ts";
import { type Regularisation, ridgeOf } from "./regularisation.ts";

/** What a user's factors follow from, beside the user. */
export interface FoldInBasis extends Regularisation {
  readonly factors: number;
  /** (movies × factors). */
  readonly movies: Float32Array;
  /** unobservedWeight · moviesᵀ movies, (factors × factors). */
  readonly gram: Float64Array;
  /** Movies that anybody had when it was fitted. */
  readonly knownMovies: number;
}

/** One user's least squares problem, factored. */
export interface FoldedUser {
  /** Cholesky factor of gram + ridge + Σ |w| y yᵀ, (factors × factors). */
  readonly triangle: Float64Array;
  /** Its solution, (factors). */
  readonly factors: Float64Array;
}

/**
 * Solve for a user who need not have been there when the model was fitted: the same equations as of a half step, in double
 * precision. n · factors² / 2 + factors³ / 6 multiplications: well below a millisecond of 64 factors and 200 movies.
 *
 * @param movieOf dense indices. @param weights of them, in [−1, 1]; those of 0 do not count.
 */
export function foldIn(basis: FoldInBasis, movieOf: Int32Array, weights: Float64Array): FoldedUser {
  const { factors, movies } = basis;
  const triangle = basis.gram.slice();
  const target = new Float64Array(factors);
  const squares = new SquareSums(triangle, factors);
  let entries = 0;
  for (let at = 0; at < movieOf.length; at += 1) {
    const weight = weights[at] as number;
    if (weight === 0) continue;
    entries += 1;
    const place = (movieOf[at] as number) * factors;
    squares.add(movies, place, Math.abs(weight));
    if (weight < 0) continue;
    for (let k = 0; k < factors; k += 1) {
      target[k] = (target[k] as number) + weight * (movies[place + k] as number);
    }
  }
  squares.end();
  const ridge = ridgeOf(entries, basis.knownMovies, basis);
  for (let k = 0; k < factors; k += 1) {
    const place = k * (factors + 1);
    triangle[place] = (triangle[place] as number) + ridge;
  }
  factorCholesky(triangle, factors);
  solveCholesky(triangle, factors, target);
  return { triangle, factors: target };
}
