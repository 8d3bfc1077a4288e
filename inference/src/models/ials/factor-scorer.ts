import type { UserInteractions } from "../interactions.ts";
import { assertKnownMovie, assertKnownMovies } from "../known-movies.ts";
import { solveCholesky } from "../linear-algebra/cholesky.ts";
import type { Scorer } from "../model.ts";
import type { WeighUser } from "../sparse/weighing.ts";
import { type FoldInBasis, foldIn } from "./fold-in.ts";

/** Fold the user in, and score a movie by the product of both rows. */
export function createFactorScorer(basis: FoldInBasis, weigh: WeighUser): Scorer {
  const { factors, movies } = basis;
  const count = factors === 0 ? 0 : movies.length / factors;
  const folded = (user: UserInteractions) => {
    assertKnownMovies(user.movieOf, count);
    const weights = weigh(user);
    return { weights, ...foldIn(basis, user.movieOf, weights) };
  };
  return {
    movies: count,
    score(user, into) {
      const own = folded(user).factors;
      for (let movie = 0; movie < count; movie += 1) into[movie] = dotAt(movies, movie, own);
    },
    scoreSome(user, candidates, into) {
      assertKnownMovies(candidates, count);
      const own = folded(user).factors;
      for (let at = 0; at < candidates.length; at += 1) {
        into[at] = dotAt(movies, candidates[at] as number, own);
      }
    },
    /** The solution is linear in what was liked: w · yᵢᵀ a⁻¹ yⱼ is what movie i adds to movie j (Hu et al. 2008, 5). */
    contributions(user, movie) {
      assertKnownMovie(movie, count);
      const { weights, triangle } = folded(user);
      const through = Float64Array.from(movies.subarray(movie * factors, (movie + 1) * factors));
      solveCholesky(triangle, factors, through);
      return Float32Array.from(user.movieOf, (watched, place) => {
        const weight = Math.max(0, weights[place] as number);
        return weight === 0 ? 0 : weight * dotAt(movies, watched, through);
      });
    },
  };
}

function dotAt(movies: Float32Array, movie: number, own: Float64Array): number {
  const from = movie * own.length;
  let sum0 = 0;
  let sum1 = 0;
  let k = 0;
  for (; k + 1 < own.length; k += 2) {
    sum0 += (movies[from + k] as number) * (own[k] as number);
    sum1 += (movies[from + k + 1] as number) * (own[k + 1] as number);
  }
  return k === own.length
    ? sum0 + sum1
    : sum0 + sum1 + (movies[from + k] as number) * (own[k] as number);
}
