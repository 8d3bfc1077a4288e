/** What is known of a movie, as far as its text needs it. */
export interface DescribedMovie {
  /** Some catalogues lack titles, and some hold numbers ("1984"); imports make the latter text. */
  readonly title: string | null;
  readonly year: number | null;
  /** In the order of the source. */
  readonly genres: readonly string[];
  /** In the order of the source. */
  readonly directors: readonly string[];
  /** In the order of billing. */
  readonly cast: readonly string[];
  readonly overview: string | null;
}

/** Part of the collection's name. Raise it with every change of `movieText` that changes a text. */
export const TEXT_VERSION = 1;

/** More names say less about a movie and take tokens from its overview. */
const MOST_DIRECTORS = 2;
const MOST_CAST = 5;

/** The model reads 128 tokens, about 600 characters; the rest would be tokenised and cut. */
const MOST_OVERVIEW_CHARACTERS = 1_000;

/**
 * The text by which a movie is embedded: `Title (year). Genre, genre. Directed by X. With A, B. Overview`.
 *
 * What is likest to be known and says most comes first, because the model cuts what is too long. Whitespace is
 * collapsed, control characters are dropped, unknown parts are left out. A year alone is no text.
 *
 * @returns one line; "" if nothing is known that a reader could tell the movie by.
 */
export function movieText(movie: DescribedMovie): string {
  const parts = [
    headline(movie),
    list(movie.genres, Infinity),
    prefixed("Directed by ", list(movie.directors, MOST_DIRECTORS)),
    prefixed("With ", list(movie.cast, MOST_CAST)),
  ].filter((part) => part !== "");
  const overview = clipped(oneLine(movie.overview ?? ""));
  return [...parts.map((part) => `${part}.`), overview].join(" ").trim();
}

function headline(movie: DescribedMovie): string {
  const title = oneLine(movie.title ?? "");
  return title === "" || movie.year === null ? title : `${title} (${movie.year})`;
}

function list(names: readonly string[], most: number): string {
  return names
    .map(oneLine)
    .filter((name) => name !== "")
    .slice(0, most)
    .join(", ");
}

function prefixed(prefix: string, text: string): string {
  return text === "" ? "" : prefix + text;
}

function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cs}]+/gu, " ").trim();
}

/** At most MOST_OVERVIEW_CHARACTERS, cut after a word. */
function clipped(text: string): string {
  if (text.length <= MOST_OVERVIEW_CHARACTERS) return text;
  const cut = text.slice(0, MOST_OVERVIEW_CHARACTERS);
  const lastSpace = cut.lastIndexOf(" ");
  return oneLine(lastSpace > 0 ? cut.slice(0, lastSpace) : cut);
}
