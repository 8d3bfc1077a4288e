import { parse } from "csv-parse/sync";
import { bareMovie, distinctNames } from "../catalogue-movie.ts";
import { movieIdFrom } from "../movie-id.ts";
import { titleAndYear } from "../natural-title.ts";
import { type Row, rejected, shown } from "../problem.ts";
import { imdbIdFrom } from "./json-lines.ts";

/** What the files beside `movies.csv` say, by movie id. */
export interface MovieLensExtras {
  readonly links: ReadonlyMap<string, { imdbId: string | null; tmdbId: number | null }>;
  /** Uses by tag. */
  readonly tags: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Most tags kept of one movie, the most used ones. */
const TAGS_PER_MOVIE = 50;

/** Where a file's columns stand, by name. */
export type Columns = ReadonlyMap<string, number>;

/**
 * The fields of one line of comma-separated values; a value never spans lines in MovieLens.
 *
 * @returns undefined where a quote is not closed or stands astray.
 */
export function csvFields(line: string): string[] | undefined {
  if (!line.includes('"')) return line.split(",");
  try {
    const rows = parse(line, { relax_column_count: true });
    return rows[0] ?? [];
  } catch {
    return undefined;
  }
}

/** The columns that a header names, or the names of required ones that it lacks. */
export function columnsFrom(
  header: string,
  required: readonly string[],
): { columns: Columns } | { missing: string[] } {
  const names = (csvFields(header) ?? []).map((name) => name.trim());
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0) return { missing };
  return { columns: new Map(names.map((name, place) => [name, place])) };
}

/** The named fields of a line, or undefined unless it has as many as the header. */
export function namedFields(
  line: string,
  columns: Columns,
): Readonly<Record<string, string>> | undefined {
  const fields = csvFields(line);
  if (fields?.length !== columns.size) return undefined;
  return Object.fromEntries(
    [...columns].map(([name, place]) => [name, (fields[place] ?? "").trim()]),
  );
}

/** A movie from one line of `movies.csv`, with its links and tags where known. */
export function parseMovieLensLine(line: string, columns: Columns, extras: MovieLensExtras): Row {
  const fields = namedFields(line, columns);
  if (fields === undefined) {
    return rejected("wrong_columns", `expected ${columns.size} fields in ${shown(line)}`);
  }
  const movieId = movieIdFrom(fields["movieId"]);
  if (typeof movieId !== "string") return movieId;
  const { title, year } = titleAndYear(fields["title"] ?? "");
  if (title === "") return rejected("missing_title");
  return {
    movie: {
      ...bareMovie(movieId, title),
      ...extras.links.get(movieId),
      year,
      genres: genresFrom(fields["genres"] ?? ""),
      tags: mostUsed(extras.tags.get(movieId) ?? new Map()),
    },
    format: "movielens",
    remarks: [],
  };
}

/** A line of `links.csv`, or undefined if it is damaged. */
export function parseLink(line: string, columns: Columns) {
  const fields = namedFields(line, columns);
  const { movieId = "", imdbId = "", tmdbId = "" } = fields ?? {};
  if (movieId === "" || !/^\d*$/.test(imdbId) || !/^\d{0,9}$/.test(tmdbId)) return undefined;
  return { movieId, imdbId: imdbIdFrom(imdbId), tmdbId: Number(tmdbId) || null };
}

/** A line of `tags.csv`, the tag in lower case, or undefined if it is damaged. */
export function parseTag(line: string, columns: Columns) {
  const { movieId = "", tag = "" } = namedFields(line, columns) ?? {};
  return movieId === "" || tag === "" ? undefined : { movieId, tag: tag.toLowerCase() };
}

function genresFrom(text: string): string[] {
  return text === "(no genres listed)" ? [] : distinctNames(text.split("|"));
}

function mostUsed(uses: ReadonlyMap<string, number>): { name: string; uses: number }[] {
  return [...uses]
    .map(([name, count]) => ({ name, uses: count }))
    .sort((a, b) => b.uses - a.uses || (a.name < b.name ? -1 : 1))
    .slice(0, TAGS_PER_MOVIE);
}
