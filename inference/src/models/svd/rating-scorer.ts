import type { UserInteractions } from "../interactions.ts";
import { assertKnownMovie, assertKnownMovies } from "../known-movies.ts";
import { factorCholesky, solveCholesky } from "../linear-algebra/cholesky.ts";
import type { Scorer } from "../model.ts";
import { ratingOf, starsOf } from "./star-ratings.ts";

/** What a rating follows from, beside the user. In stars. */
export interface RatingBasis {
  readonly mean: number;
  /** (movies). */
  readonly biases: Float32Array;
  /** (movies × factors). */
  readonly movieFactors: Float32Array;
  readonly factors: number;
  readonly decay: number;
  readonly biasDamping: number;
}

/** A user's least squares problem over (1, movie's factors), solved. */
interface FoldedUser {
  /** Its Cholesky factor, (1 + factors)². */
  readonly triangle: Float64Array;
  /** What the mean and the movie's bias leave, by the user's movies. */
  readonly rests: Float64Array;
  /** Bias, then factors. */
  readonly solution: Float64Array;
}

/**
 * The rating that a user would give, normalised: in [0, 1] or a little beyond. Bias and factors of the user follow from the
 * ratings by the same sum of squares that the movies' were fitted to, with the movies fixed; so a rating counts at once.
 */
export function createRatingScorer(basis: RatingBasis): Scorer {
  const { mean, biases, movieFactors, factors } = basis;
  const movies = biases.length;
  const starsAt = (movie: number, solution: Float64Array) => {
    let stars = mean + (biases[movie] as number) + (solution[0] as number);
    for (let k = 0; k < factors; k += 1) {
      stars += (movieFactors[movie * factors + k] as number) * (solution[k + 1] as number);
    }
    return stars;
  };
  return {
    movies,
    score(user, into) {
      assertKnownMovies(user.movieOf, movies);
      const { solution } = foldIn(basis, user);
      for (let movie = 0; movie < movies; movie += 1)
        into[movie] = ratingOf(starsAt(movie, solution));
    },
    scoreSome(user, candidates, into) {
      assertKnownMovies(user.movieOf, movies);
      assertKnownMovies(candidates, movies);
      const { solution } = foldIn(basis, user);
      for (let at = 0; at < candidates.length; at += 1) {
        into[at] = ratingOf(starsAt(candidates[at] as number, solution));
      }
    },
    contributions(user, movie) {
      assertKnownMovies(user.movieOf, movies);
      assertKnownMovie(movie, movies);
      const { triangle, rests } = foldIn(basis, user);
      const through = rowOf(basis, movie);
      solveCholesky(triangle, factors + 1, through);
      return Float32Array.from(user.movieOf, (watched, place) => {
        const share = rowOf(basis, watched).reduce(
          (sum, x, k) => sum + x * (through[k] as number),
          0,
        );
        return ratingOf((rests[place] as number) * share);
      });
    },
  };
}

/** (1, movie's factors). */
function rowOf({ movieFactors, factors }: RatingBasis, movie: number): Float64Array {
  const row = new Float64Array(factors + 1).fill(1);
  row.set(movieFactors.subarray(movie * factors, (movie + 1) * factors), 1);
  return row;
}

function foldIn(basis: RatingBasis, { movieOf, preferences }: UserInteractions): FoldedUser {
  const n = basis.factors + 1;
  const triangle = new Float64Array(n * n);
  const solution = new Float64Array(n);
  const rests = Float64Array.from(movieOf, (movie, place) => {
    return starsOf(preferences[place] as number) - basis.mean - (basis.biases[movie] as number);
  });
  for (let at = 0; at < movieOf.length; at += 1) {
    const row = rowOf(basis, movieOf[at] as number);
    for (let i = 0; i < n; i += 1) {
      const x = row[i] as number;
      solution[i] = (solution[i] as number) + x * (rests[at] as number);
      for (let j = 0; j <= i; j += 1) {
        triangle[i * n + j] = (triangle[i * n + j] as number) + x * (row[j] as number);
      }
    }
  }
  for (let i = 0; i < n; i += 1) {
    const ridge = i === 0 ? basis.biasDamping : basis.decay * Math.max(1, movieOf.length);
    triangle[i * (n + 1)] = (triangle[i * (n + 1)] as number) + ridge;
  }
  factorCholesky(triangle, n);
  solveCholesky(triangle, n, solution);
  return { triangle, rests, solution };
}
