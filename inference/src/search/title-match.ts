/** How a title matches a query, best first. */
const QUALITIES = ["exact", "prefix", "words"] as const;
export type MatchQuality = (typeof QUALITIES)[number];

/** Titles made comparable, by dense index; null where there is none. */
export type TitleTable = readonly (string | null)[];

/** Case, accents and punctuation gone, one blank between words: `WALL·E` is `wall e`. */
export function comparable(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/**
 * Movies whose title is the query, begins with it, or has every word of it; in this order, then by
 * `rank`.
 *
 * @param query made comparable. @param rank smaller is better, e.g. the place by popularity.
 * @returns dense indices, at most `limit`.
 */
export function titleMatches(
  titles: TitleTable,
  query: string,
  rank: (movie: number) => number,
  limit: number,
): number[] {
  if (query === "") return [];
  const words = query.split(" ");
  const found: { movie: number; quality: number }[] = [];
  titles.forEach((title, movie) => {
    if (title === null || !title.includes(words[0] ?? "")) return;
    const quality = qualityOf(title, query, words);
    if (quality !== undefined) found.push({ movie, quality: QUALITIES.indexOf(quality) });
  });
  return found
    .sort((a, b) => a.quality - b.quality || rank(a.movie) - rank(b.movie))
    .slice(0, limit)
    .map(({ movie }) => movie);
}

function qualityOf(
  title: string,
  query: string,
  words: readonly string[],
): MatchQuality | undefined {
  if (title === query) return "exact";
  if (title.startsWith(`${query} `)) return "prefix";
  const own = title.split(" ");
  return words.every((word) => own.some((one) => one.startsWith(word))) ? "words" : undefined;
}
