import type { SignalScores } from "./blend-scores.ts";
import type { CaseAnswers } from "./ask-for-case.ts";

/** One user's candidates: their scores, and which of them the user took. */
export interface BlendExample {
  /** Each (candidates). */
  readonly scores: SignalScores;
  /** Places among the candidates of the movies that the user took, ascending; of a list, all in the offer. */
  readonly targets: Int32Array;
  /** Where the user chose from a list that they were shown; absent: from all candidates. */
  readonly offer?: Offer | undefined;
}

/** A list as it was shown. */
export interface Offer {
  /** Places among the candidates of the listed movies, (n). */
  readonly candidates: Int32Array;
  /** Places of these in the list, from 0, (n). */
  readonly places: Int32Array;
}

/** @param targets dense indices; those that are no candidates are lost, whatever the weights. */
export function exampleFrom(answers: CaseAnswers, targets: Int32Array): BlendExample {
  return { scores: answers.scores, targets: placesOf(answers.candidates, targets) };
}

/** Movies of a list with their places in it, from 0. */
export interface ShownMovies {
  /** Dense indices, each once, (n). */
  readonly movies: Int32Array;
  /** (n). */
  readonly places: Int32Array;
}

/**
 * A choice from a list: what was taken is compared with what was shown beside it, and with nothing else. So it does
 * not matter what the user came across elsewhere, which is where popularity comes from.
 *
 * @param shown movies that are no candidates are left out. @param targets dense indices of what was taken of it.
 */
export function exampleOfOffer(
  answers: CaseAnswers,
  shown: ShownMovies,
  targets: Int32Array,
): BlendExample {
  const rowOf = new Map(Array.from(shown.movies, (movie, row) => [movie, row]));
  const listed = placesOf(answers.candidates, shown.movies);
  const rows = listed.map((candidate) => rowOf.get(answers.candidates[candidate] as number) ?? 0);
  return {
    ...exampleFrom(
      answers,
      targets.filter((movie) => rowOf.has(movie)),
    ),
    offer: { candidates: listed, places: rows.map((row) => shown.places[row] as number) },
  };
}

function placesOf(candidates: Int32Array, movies: Int32Array): Int32Array {
  const wanted = new Set(movies);
  return Int32Array.from(candidates.keys()).filter((place) =>
    wanted.has(candidates[place] as number),
  );
}
