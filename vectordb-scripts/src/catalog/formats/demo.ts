import { z } from "zod";
import { bareMovie, distinctNames } from "../catalogue-movie.ts";
import { type Remark, type Row, rejected } from "../problem.ts";
import { movieSlug } from "../slug.ts";

/**
 * The last year of the demo data. Its dates were made from two-digit years, so that a later one is
 * a century off: "Dec 24 2016" is the first 20,000 Leagues Under the Sea, of 1916.
 */
const LAST_YEAR = 2011;

/** The fields that we read of one of the demo movies. */
export const DemoMovie = z.object({
  Title: z.union([z.string(), z.number()]).nullable(),
  "Release Date": z.string().nullish(),
  "Major Genre": z.string().nullish(),
  "Creative Type": z.string().nullish(),
  Director: z.string().nullish(),
  "Running Time min": z.int().positive().nullish(),
  "IMDB Rating": z.number().min(0).max(10).nullish(),
  "IMDB Votes": z.int().min(0).nullish(),
});
type DemoMovie = z.output<typeof DemoMovie>;

/** Whether an object is one of the demo movies, by keys that no other format has. */
export function isDemoMovie(value: Readonly<Record<string, unknown>>): boolean {
  return "Title" in value && "Release Date" in value;
}

/** A movie of the demo catalogue; its id is a slug, as it has none of its own. */
export function parseDemoMovie(value: unknown): Row {
  const parsed = DemoMovie.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return rejected("invalid_field", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  }
  const demo = parsed.data;
  const title = String(demo.Title ?? "").trim();
  if (title === "") return rejected("missing_title");
  const releaseDate = releaseDateFrom(demo["Release Date"] ?? "");
  const year = releaseDate === null ? null : Number(releaseDate.slice(0, 4));
  const movieId = movieSlug(title, year);
  if (movieId === undefined) return rejected("missing_id", "nothing of the title fits an id");
  const remarks: Remark[] = typeof demo.Title === "number" ? ["numeric_title"] : [];
  return { movie: movieFrom(demo, { movieId, title, year, releaseDate }), format: "demo", remarks };
}

function movieFrom(
  demo: DemoMovie,
  known: { movieId: string; title: string; year: number | null; releaseDate: string | null },
) {
  return {
    ...bareMovie(known.movieId, known.title),
    ...known,
    runtimeMinutes: demo["Running Time min"] ?? null,
    voteAverage: demo["IMDB Rating"] ?? null,
    voteCount: demo["IMDB Votes"] ?? null,
    genres: genresFrom(demo),
    people:
      demo.Director === null || demo.Director === undefined
        ? []
        : distinctNames([demo.Director]).map((name) => ({ name, role: "director" as const })),
  };
}

/** The major genre, split at "/", and the creative type, which says "Science Fiction" and the like. */
function genresFrom(demo: DemoMovie): string[] {
  const type = demo["Creative Type"] ?? "";
  return distinctNames([
    ...(demo["Major Genre"] ?? "").split("/"),
    type === "Multiple Creative Types" ? "" : type,
  ]);
}

const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

/** `Dec 24 2016` → `1916-12-24`; null for anything that is no date. */
export function releaseDateFrom(text: string): string | null {
  const match = /^([A-Z][a-z]{2}) (\d{2}) (\d{4})$/.exec(text);
  if (match === null) return null;
  const [, name = "", day = "", written = ""] = match;
  const month = MONTHS.indexOf(name) / 3 + 1;
  const year = Number(written) > LAST_YEAR ? Number(written) - 100 : Number(written);
  const iso = `${year}-${String(month).padStart(2, "0")}-${day}`;
  return z.iso.date().safeParse(iso).success ? iso : null;
}
