import { MOVIE_ID_BYTES } from "@canarec/service-kit/identifiers";

/** What the platform knows of a movie. Absent things are null or empty, whichever way the platform wrote "none". */
export interface MovieMetadata {
  readonly movieId: string;
  readonly title: string;
  readonly originalTitle: string | null;
  readonly overview: string | null;
  /** ISO 639-1. */
  readonly language: string | null;
  readonly runtimeMinutes: number | null;
  /** `YYYY-MM-DD` */
  readonly releaseDate: string | null;
  readonly year: number | null;
  readonly adult: boolean | null;
  readonly tmdbId: number | null;
  readonly imdbId: string | null;
  readonly posterPath: string | null;
  /** 0 to 10. */
  readonly voteAverage: number | null;
  readonly voteCount: number | null;
  readonly popularity: number | null;
  /** In the platform's order, each once. */
  readonly genres: readonly string[];
}

export interface UserMetadata {
  readonly userId: number;
  readonly age: number | null;
  readonly gender: string | null;
  readonly occupation: string | null;
  readonly likes: string | null;
  readonly dislikes: string | null;
}

/** Why an answer is no metadata. */
export interface MetadataProblem {
  readonly problem: "not_an_object" | "bad_id" | "no_title";
}

const MAX_TEXT = 10_000;
const MAX_NAME = 256;
/** Limits of the columns: what lies beyond is damage, not metadata. */
const INT32 = 2_147_483_647;
const YEARS = { min: 1800, max: 2200 } as const;
const MAX_AGE = 150;

/** The platform's `/movie/<ids>`: an object for one id, a list for many. Anything else gives no elements. */
export function metadataElements(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body;
  return isObject(body) ? [body] : [];
}

/** One element of it. Numbers and booleans may be strings, and the string `null` stands for none. Never throws. */
export function parseMovieMetadata(element: unknown): MovieMetadata | MetadataProblem {
  if (!isObject(element)) return { problem: "not_an_object" };
  const movieId = element["id"];
  if (typeof movieId !== "string" || movieId === "" || Buffer.byteLength(movieId) > MOVIE_ID_BYTES)
    return { problem: "bad_id" };
  const title = text(element["title"], MAX_NAME) ?? text(element["original_title"], MAX_NAME);
  if (title === null) return { problem: "no_title" };
  const releaseDate = date(element["release_date"]);
  return {
    movieId,
    title,
    originalTitle: text(element["original_title"], MAX_NAME),
    overview: text(element["overview"], MAX_TEXT),
    language: text(element["original_language"], MAX_NAME),
    runtimeMinutes: whole(element["runtime"], 0, INT32),
    releaseDate,
    year: releaseDate === null ? null : whole(releaseDate.slice(0, 4), YEARS.min, YEARS.max),
    adult: truth(element["adult"]),
    tmdbId: whole(element["tmdb_id"], 0, INT32),
    imdbId: text(element["imdb_id"], MAX_NAME),
    posterPath: text(element["poster_path"], MAX_NAME),
    voteAverage: number(element["vote_average"], 0, 10),
    voteCount: whole(element["vote_count"], 0, INT32),
    popularity: number(element["popularity"], 0, Number.MAX_SAFE_INTEGER),
    genres: names(element["genres"]),
  };
}

/** The platform's `/user/<id>`. Never throws. */
export function parseUserMetadata(body: unknown): UserMetadata | MetadataProblem {
  if (!isObject(body)) return { problem: "not_an_object" };
  const userId = whole(body["user_id"], 0, Number.MAX_SAFE_INTEGER);
  if (userId === null) return { problem: "bad_id" };
  return {
    userId,
    age: whole(body["age"], 0, MAX_AGE),
    gender: text(body["gender"], MAX_NAME),
    occupation: text(body["occupation"], MAX_NAME),
    likes: text(body["self_description_likes"], MAX_TEXT),
    dislikes: text(body["self_description_dislikes"], MAX_TEXT),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Text without NUL, which Postgres cannot store, cut at a limit; null for none. */
function text(value: unknown, limit: number): string | null {
  if (typeof value !== "string") return null;
  const cut = value.replaceAll("\0", "").trim().slice(0, limit);
  const clean = Buffer.from(cut).toString(); // a half of a surrogate pair becomes U+FFFD
  return clean === "" || clean === "null" || clean === "None" ? null : clean;
}

function number(value: unknown, min: number, max: number): number | null {
  const read = typeof value === "string" && /^-?\d/.test(value) ? Number(value) : value;
  return typeof read === "number" && read >= min && read <= max ? read : null;
}

/** Whole numbers also come as `152.0`. */
function whole(value: unknown, min: number, max: number): number | null {
  const read = number(value, min, max);
  return read !== null && Number.isSafeInteger(read) ? read : null;
}

function truth(value: unknown): boolean | null {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return null;
  const lower = value.toLowerCase();
  if (lower === "true") return true;
  return lower === "false" ? false : null;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

function date(value: unknown): string | null {
  if (typeof value !== "string" || !DATE.test(value)) return null;
  const year = whole(value.slice(0, 4), YEARS.min, YEARS.max);
  const at = new Date(`${value}T00:00:00Z`);
  const exists = !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value);
  return year !== null && exists ? value : null;
}

/** `[{"id":80,"name":"Crime"}]`, or plain names. */
function names(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const found = value.map((entry: unknown) =>
    text(isObject(entry) ? entry["name"] : entry, MAX_NAME),
  );
  return [...new Set(found.filter((name) => name !== null))];
}
