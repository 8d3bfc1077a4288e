import { assertKnownMovie, assertKnownMovies } from "./known-movies.ts";
import type { Scorer } from "./model.ts";

/** Scores that are the same for everybody, whatever they watched. @param scores (movies). */
export function createConstantScorer(scores: Float32Array): Scorer {
  const movies = scores.length;
  return {
    movies,
    score({ movieOf }, into) {
      assertKnownMovies(movieOf, movies);
      into.set(scores);
    },
    scoreSome({ movieOf }, candidates, into) {
      assertKnownMovies(movieOf, movies);
      assertKnownMovies(candidates, movies);
      for (let at = 0; at < candidates.length; at += 1) {
        into[at] = scores[candidates[at] as number] as number;
      }
    },
    contributions({ movieOf }, movie) {
      assertKnownMovies(movieOf, movies);
      assertKnownMovie(movie, movies);
      return new Float32Array(movieOf.length);
    },
  };
}
