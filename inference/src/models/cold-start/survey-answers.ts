import type { UserInteractions } from "../interactions.ts";

/** What a user answers when asked about a movie; those who do not know it say so, and tell nothing. */
export type SurveyAnswer = "liked" | "disliked" | "unknown";

/** How strongly an answer counts: as much as a watched movie that was rated well, or badly. */
const PREFERENCE = 0.8;

/**
 * Answers as interactions, so that every model takes them as it takes what was watched.
 *
 * @param answers by dense index of movie. @param timeMs when they were given, in milliseconds since 1970.
 */
export function interactionsFromAnswers(
  answers: ReadonlyMap<number, SurveyAnswer>,
  timeMs: number,
): UserInteractions {
  const told = [...answers].filter(([, answer]) => answer !== "unknown").sort(([a], [b]) => a - b);
  return {
    movieOf: Int32Array.from(told, ([movie]) => movie),
    preferences: Float32Array.from(told, ([, answer]) =>
      answer === "liked" ? PREFERENCE : -PREFERENCE,
    ),
    times: Float64Array.from(told, () => timeMs),
  };
}
