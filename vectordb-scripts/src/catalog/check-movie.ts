import { z } from "zod";
import type { CatalogueMovie } from "./catalogue-movie.ts";
import { type RejectedRow, rejected } from "./problem.ts";

const INT32_MAX = 2_147_483_647;

/** Longest text, in characters; far above every overview that we have seen. */
const TEXT_CHARACTERS = 20_000;

const text = z.string().max(TEXT_CHARACTERS).nullable();
const name = z.string().min(1).max(256);
const count = z.int().min(0).max(INT32_MAX).nullable();

/** What the database takes: so that one odd row is reported and does not fail a whole import. */
const Storable = z.object({
  title: z.string().min(1).max(1_000),
  originalTitle: text,
  year: z.int().min(1_800).max(2_200).nullable(),
  overview: text,
  language: text,
  runtimeMinutes: count,
  releaseDate: z.iso.date().nullable(),
  tmdbId: z.int().min(1).max(INT32_MAX).nullable(),
  imdbId: text,
  wikipedia: text,
  posterPath: text,
  voteAverage: z.number().min(0).max(10).nullable(),
  voteCount: count,
  popularity: z.number().min(-1e30).max(1e30).nullable(),
  genres: z.array(name).max(1_000),
  people: z.array(z.object({ name })).max(2_000),
  tags: z.array(z.object({ name, uses: z.int().min(1).max(INT32_MAX) })).max(1_000),
});

/**
 * Whether a movie can be stored as it is.
 *
 * @returns the rejection, or undefined for a movie that can.
 */
export function checkMovie(movie: CatalogueMovie): RejectedRow | undefined {
  const parsed = Storable.safeParse(movie);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return rejected("invalid_field", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  }
  const texts = JSON.stringify(Object.values(movie), (_, value: unknown) =>
    typeof value === "string" ? flaw(value) : value,
  );
  if (texts.includes('"nul"')) return rejected("nul_character", "a text holds U+0000");
  if (texts.includes('"surrogate"')) return rejected("not_utf8", "a text holds half a character");
  return undefined;
}

/** Postgres takes neither U+0000 nor one half of a surrogate pair. */
function flaw(value: string): string {
  if (value.includes("\0")) return "nul";
  return /\p{Surrogate}/u.test(value) ? "surrogate" : "";
}
