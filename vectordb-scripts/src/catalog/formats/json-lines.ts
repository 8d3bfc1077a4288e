import { z } from "zod";
import { bareMovie, distinctNames, type CatalogueMovie } from "../catalogue-movie.ts";
import { movieIdFrom } from "../movie-id.ts";
import { naturalTitle } from "../natural-title.ts";
import { type Row, rejected } from "../problem.ts";

const text = z
  .string()
  .nullish()
  .transform((value) => (value ?? "").trim() || null);
const names = z
  .array(z.string())
  .nullish()
  .transform((list) => distinctNames(list ?? []));
const number = z.number().nullish().default(null);

/** `"862"`, 862, `""` or null. */
const tmdbId = z
  .union([z.int().positive(), z.string().regex(/^\d{0,9}$/, "expected digits")])
  .nullish()
  .transform((value) => (value ? Number(value) : null));

/** `"0114709"` and `"tt0114709"` are the same movie. */
const imdbId = z
  .string()
  .regex(/^(tt)?\d{0,10}$/, "expected tt and digits")
  .nullish()
  .transform((value) => imdbIdFrom(value ?? ""));

const tag = z.union([
  z.string().transform((name) => ({ name, uses: 1 })),
  z.object({ name: z.string(), uses: z.int().positive() }),
]);

/** One line of a JSON Lines catalogue, its keys in camel case; other keys are ignored. */
export const JsonLine = z.object({
  title: text,
  originalTitle: text,
  year: number,
  overview: text,
  genres: names,
  cast: names,
  directors: names,
  writers: names,
  tags: z.array(tag).nullish(),
  imdbId,
  tmdbId,
  wikipedia: text,
  language: text,
  runtimeMinutes: number.transform((minutes) => (minutes === 0 ? null : minutes)),
  releaseDate: text,
  adult: z.boolean().nullish().default(null),
  posterPath: text,
  voteAverage: number,
  voteCount: number,
  popularity: number,
});

/** An IMDb number with its prefix, null for an empty one. */
export function imdbIdFrom(text: string): string | null {
  const digits = text.replace(/^tt/, "");
  return digits === "" ? null : `tt${digits.padStart(7, "0")}`;
}

/** A movie from one object of a JSON Lines catalogue; its id is `movieId`, `movie_id` or `id`. */
export function parseJsonLine(value: Readonly<Record<string, unknown>>): Row {
  const fields = camelCased(value);
  const movieId = movieIdFrom(fields["movieId"] ?? fields["id"]);
  if (typeof movieId !== "string") return movieId;
  const parsed = JsonLine.safeParse(fields);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return rejected("invalid_field", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  }
  if (parsed.data.title === null) return rejected("missing_title");
  const movie = movieFrom(movieId, parsed.data.title, parsed.data);
  return { movie, format: "jsonl", remarks: movie.overview === null ? ["empty_overview"] : [] };
}

function movieFrom(
  movieId: string,
  title: string,
  line: z.output<typeof JsonLine>,
): CatalogueMovie {
  const { cast, directors, writers, tags, ...fields } = line;
  // A cast entry in brackets is a remark of its article, such as "(voices)".
  const billed = cast.filter((name) => !name.startsWith("("));
  return {
    ...bareMovie(movieId, title),
    ...fields,
    title: naturalTitle(title),
    language: fields.language?.toLowerCase() ?? null,
    people: [
      ...directors.map((name) => ({ name, role: "director" as const })),
      ...writers.map((name) => ({ name, role: "writer" as const })),
      ...billed.map((name) => ({ name, role: "cast" as const })),
    ],
    tags: (tags ?? []).filter(
      (one, place, all) => all.findIndex(({ name }) => name === one.name) === place,
    ),
  };
}

/** Keys as `movieId`, however written: `movie_id` too. */
function camelCased(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      field,
    ]),
  );
}
