import type { SignalScores } from "./blend-scores.ts";
import type { CaseAnswers } from "./ask-for-case.ts";

/** One user of a validation split: the candidates' scores, and which of them the user took. */
export interface BlendExample {
  /** Each (candidates). */
  readonly scores: SignalScores;
  /** Places among the candidates of the movies that the user took, ascending. */
  readonly targets: Int32Array;
}

/** @param targets dense indices; those that are no candidates are lost, whatever the weights. */
export function exampleFrom(answers: CaseAnswers, targets: Int32Array): BlendExample {
  const wanted = new Set(targets);
  const places = Int32Array.from(answers.candidates.keys());
  return {
    scores: answers.scores,
    targets: places.filter((place) => wanted.has(answers.candidates[place] as number)),
  };
}
