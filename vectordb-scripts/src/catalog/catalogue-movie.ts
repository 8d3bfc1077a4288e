/** What a person did in a movie. */
export type PersonRole = "cast" | "director" | "writer";

/**
 * One movie as a catalogue file tells it. Null, or an empty list, where the file says nothing:
 * an import never erases what another source knew.
 */
export interface CatalogueMovie {
  /** Opaque, 1 to 256 bytes of UTF-8. */
  readonly movieId: string;
  readonly title: string;
  readonly originalTitle: string | null;
  readonly year: number | null;
  readonly overview: string | null;
  /** ISO 639-1, lower case. */
  readonly language: string | null;
  readonly runtimeMinutes: number | null;
  /** `YYYY-MM-DD` */
  readonly releaseDate: string | null;
  readonly adult: boolean | null;
  readonly tmdbId: number | null;
  /** With its prefix: `tt0114709`. */
  readonly imdbId: string | null;
  /** Name of the article, as in its address. */
  readonly wikipedia: string | null;
  readonly posterPath: string | null;
  /** In [0, 10]. */
  readonly voteAverage: number | null;
  readonly voteCount: number | null;
  readonly popularity: number | null;
  /** Distinct, in the file's order. */
  readonly genres: readonly string[];
  /** Distinct per role, in order of billing. */
  readonly people: readonly { readonly name: string; readonly role: PersonRole }[];
  /** Distinct, most used first. */
  readonly tags: readonly { readonly name: string; readonly uses: number }[];
}

/** A movie of which nothing is known but its id and title; a format fills in the rest. */
export function bareMovie(movieId: string, title: string): CatalogueMovie {
  return {
    movieId,
    title,
    originalTitle: null,
    year: null,
    overview: null,
    language: null,
    runtimeMinutes: null,
    releaseDate: null,
    adult: null,
    tmdbId: null,
    imdbId: null,
    wikipedia: null,
    posterPath: null,
    voteAverage: null,
    voteCount: null,
    popularity: null,
    genres: [],
    people: [],
    tags: [],
  };
}

/** Trimmed, without blanks and repetitions, in order. */
export function distinctNames(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.trim()).filter((name) => name !== ""))];
}
