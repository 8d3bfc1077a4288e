import type { METADATA_STATES, MOVIE_SOURCES } from "../schema/movies.ts";
import type { PERSON_ROLES } from "../schema/movie-people.ts";

export type MovieSource = (typeof MOVIE_SOURCES)[number];
export type MetadataState = (typeof METADATA_STATES)[number];
export type PersonRole = (typeof PERSON_ROLES)[number];

export interface MoviePerson {
  readonly name: string;
  readonly role: PersonRole;
}

export interface MovieTag {
  readonly name: string;
  readonly uses: number;
}

/** What a source may know of a movie beside its id; null: it does not say. */
export interface MovieDetails {
  readonly title: string | null;
  readonly originalTitle: string | null;
  readonly year: number | null;
  readonly overview: string | null;
  readonly language: string | null;
  readonly runtimeMinutes: number | null;
  /** An ISO date, without time. */
  readonly releaseDate: string | null;
  readonly adult: boolean | null;
  readonly tmdbId: number | null;
  readonly imdbId: string | null;
  readonly wikipedia: string | null;
  readonly posterPath: string | null;
  readonly voteAverage: number | null;
  readonly voteCount: number | null;
  readonly popularity: number | null;
}

/** A row of the catalogue with what hangs on it, in the order of its source. */
export interface Movie extends MovieDetails {
  readonly movieKey: number;
  readonly movieId: string;
  readonly source: MovieSource;
  readonly metadataState: MetadataState;
  readonly updatedAt: Date;
  readonly genres: readonly string[];
  readonly people: readonly MoviePerson[];
  readonly tags: readonly MovieTag[];
}

/** A known movie, to be written. Details and lists that are absent leave what is there. */
export interface MovieUpsert extends Partial<MovieDetails> {
  readonly movieId: string;
  readonly title: string;
  readonly genres?: readonly string[];
  readonly people?: readonly MoviePerson[];
  readonly tags?: readonly MovieTag[];
}
