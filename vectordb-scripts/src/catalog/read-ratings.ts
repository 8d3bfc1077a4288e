import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { Interactions } from "@canarec/inference/models/interactions";
import {
  DEFAULT_PREFERENCE,
  type PreferenceRule,
  ratedPreference,
} from "@canarec/inference/models/preference";
import { ServiceError } from "@canarec/service-kit/errors";
import { unusablePath } from "@canarec/service-kit/unusable-path";
import { type CatalogueMovie, bareMovie } from "./catalogue-movie.ts";
import { type Columns, columnsFrom } from "./formats/movielens.ts";
import { type RatingRows, createRatingRows } from "./rating-rows.ts";
import { readLines } from "./read-lines.ts";
import { readMovieLens } from "./read-movielens.ts";

/** A folder of MovieLens in memory. */
export interface RatingsData {
  readonly interactions: Interactions;
  /** By dense index: `movies.csv` in its order, then movies that were rated but are not in it. */
  readonly movies: readonly CatalogueMovie[];
  /** The data's id of each user, by dense index, in order of appearance. */
  readonly userIds: readonly string[];
  /** Lines of `ratings.csv` and `movies.csv` that could not be read. */
  readonly damaged: number;
}

/** Best rating of MovieLens, in stars. */
export const STARS = 5;

/** The preference of so many stars, by the rule that a rating decides; what a threshold in stars means. */
export function starPreference(stars: number, rule: PreferenceRule = DEFAULT_PREFERENCE): number {
  return ratedPreference(stars / STARS, rule.neutralRating);
}

/**
 * Read `movies.csv` and `ratings.csv` of a folder: every rating becomes a preference.
 *
 * @throws ServiceError "invalid_argument" for a folder without them, or a header that lacks a column.
 */
export async function readRatings(
  folder: string,
  rule: PreferenceRule = DEFAULT_PREFERENCE,
): Promise<RatingsData> {
  const movies: CatalogueMovie[] = [];
  let damaged = 0;
  for await (const { row } of readMovieLens(linesOf(folder, "movies.csv"), undefined)) {
    if ("movie" in row) movies.push(row.movie);
    else damaged += 1;
  }
  const ids = { movies: indexOfIds(movies.map(({ movieId }) => movieId)), users: indexOfIds([]) };
  const rows = createRatingRows();
  damaged += await readInto(rows, linesOf(folder, "ratings.csv"), { ids, rule });
  const known = movies.length;
  for (const movieId of ids.movies.all().slice(known)) movies.push(bareMovie(movieId, movieId));
  const userIds = ids.users.all();
  const size = { users: userIds.length, movies: movies.length };
  return { interactions: rows.finish(size), movies, userIds, damaged };
}

/** Dense indices of ids; one that was never asked for is the next. */
interface IdIndex {
  of(id: string): number;
  all(): string[];
}

function indexOfIds(known: readonly string[]): IdIndex {
  const indices = new Map(known.map((id, index) => [id, index]));
  return {
    of(id) {
      const index = indices.get(id) ?? indices.size;
      if (index === indices.size) indices.set(id, index);
      return index;
    },
    all: () => [...indices.keys()],
  };
}

interface Reading {
  readonly ids: Readonly<Record<"movies" | "users", IdIndex>>;
  readonly rule: PreferenceRule;
}

/** @returns how many lines could not be read. */
async function readInto(
  rows: RatingRows,
  lines: ReturnType<typeof readLines>,
  { ids, rule }: Reading,
): Promise<number> {
  let columns: Columns | undefined;
  let damaged = 0;
  for await (const line of lines) {
    if (line.text === "") continue;
    if (columns === undefined) {
      columns = headerOf(line.text ?? "");
      continue;
    }
    const rating = line.text === undefined ? undefined : parseRating(line.text, columns);
    if (rating === undefined) {
      damaged += 1;
      continue;
    }
    const { user, movie, stars, seconds } = rating;
    const preference = starPreference(stars, rule);
    rows.add(ids.users.of(user), ids.movies.of(movie), preference, seconds * 1_000);
  }
  return damaged;
}

/** The fields of a rating have no quotes: splitting is all that parsing is. */
function parseRating(text: string, columns: Columns) {
  const fields = text.split(",");
  const field = (name: string) => fields[columns.get(name) ?? -1]?.trim() ?? "";
  const [user, movie] = [field("userId"), field("movieId")];
  const [stars, seconds] = [Number(field("rating")), Number(field("timestamp"))];
  const isRating = stars > 0 && stars <= STARS && Number.isInteger(seconds) && seconds >= 0;
  const isWhole = fields.length === columns.size && user !== "" && movie !== "";
  return isRating && isWhole ? { user, movie, stars, seconds } : undefined;
}

function headerOf(text: string): Columns {
  const found = columnsFrom(text, ["userId", "movieId", "rating", "timestamp"]);
  if ("columns" in found) return found.columns;
  const missing = found.missing.join(", ");
  throw new ServiceError("invalid_argument", `ratings.csv lacks the column ${missing} in line 1`);
}

async function* linesOf(folder: string, file: string): ReturnType<typeof readLines> {
  try {
    yield* readLines(createReadStream(join(folder, file)));
  } catch (failure) {
    if (failure instanceof ServiceError) throw failure;
    if (!(failure instanceof Error && "code" in failure && failure.code === "ENOENT"))
      throw unusablePath(join(folder, file), failure);
    throw new ServiceError("invalid_argument", `there is no ${file} in ${folder}`, {
      cause: failure,
    });
  }
}
