/** Damping of reciprocal rank fusion: 60 in Cormack, Clarke & Büttcher (SIGIR 2009). */
const RRF_K = 60;

/** A title that matches says more than a text that is near. */
const TITLE_WEIGHT = 2;

export interface FoundMovie {
  readonly movie: number;
  readonly match: "title" | "text" | "both";
  /** Cosine to the query, where the text was compared. */
  readonly similarity: number | null;
}

/**
 * Merge two ranked lists by reciprocal rank fusion: score = Σ weight / (60 + rank). Ties to the
 * smaller dense index.
 *
 * @param titles dense indices, best first. @param texts with their cosine, best first.
 */
export function mergeResults(
  titles: readonly number[],
  texts: readonly { readonly movie: number; readonly similarity: number }[],
  limit: number,
): FoundMovie[] {
  const scores = new Map<number, number>();
  const add = (movie: number, weight: number, rank: number) =>
    scores.set(movie, (scores.get(movie) ?? 0) + weight / (RRF_K + rank + 1));
  titles.forEach((movie, rank) => add(movie, TITLE_WEIGHT, rank));
  texts.forEach(({ movie }, rank) => add(movie, 1, rank));
  const similarities = new Map(texts.map(({ movie, similarity }) => [movie, similarity]));
  const matched = new Set(titles);
  return [...scores]
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, limit)
    .map(([movie]) => {
      const similarity = similarities.get(movie) ?? null;
      const match = !matched.has(movie) ? "text" : similarity === null ? "title" : "both";
      return { movie, match, similarity };
    });
}
