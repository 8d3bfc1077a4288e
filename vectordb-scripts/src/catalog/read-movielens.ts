import { createReadStream } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ServiceError } from "@canarec/service-kit/errors";
import {
  type Columns,
  type MovieLensExtras,
  columnsFrom,
  parseLink,
  parseMovieLensLine,
  parseTag,
} from "./formats/movielens.ts";
import { type LocatedRow, rejected, shown } from "./problem.ts";
import { type Line, readLines } from "./read-lines.ts";

const REQUIRED = ["movieId", "title", "genres"];

/**
 * The rows of a MovieLens `movies.csv`, with the links and tags of the files beside it; the damaged
 * lines of these come first.
 *
 * @param path undefined for a stream, which has nothing beside it.
 * @throws ServiceError "invalid_argument" when the header lacks a column.
 */
export async function* readMovieLens(
  lines: AsyncIterable<Line>,
  path: string | undefined,
): AsyncGenerator<LocatedRow> {
  const extras = { links: new Map(), tags: new Map() } satisfies MovieLensExtras;
  if (path !== undefined) yield* readExtras(dirname(path), extras);
  const file = path === undefined ? "" : basename(path);
  let columns: Columns | undefined;
  for await (const line of lines) {
    if (line.text === undefined) {
      yield { file, line: line.line, row: rejected(line.damage) };
    } else if (line.text.trim() === "") {
      continue;
    } else if (columns === undefined) {
      columns = header(file, line.text, REQUIRED);
    } else {
      yield { file, line: line.line, row: parseMovieLensLine(line.text, columns, extras) };
    }
  }
}

interface MutableExtras {
  readonly links: Map<string, { imdbId: string | null; tmdbId: number | null }>;
  readonly tags: Map<string, Map<string, number>>;
}

async function* readExtras(folder: string, extras: MutableExtras): AsyncGenerator<LocatedRow> {
  yield* readBeside(join(folder, "links.csv"), ["movieId", "imdbId", "tmdbId"], (text, columns) => {
    const link = parseLink(text, columns);
    if (link !== undefined) extras.links.set(link.movieId, link);
    return link !== undefined;
  });
  yield* readBeside(join(folder, "tags.csv"), ["movieId", "tag"], (text, columns) => {
    const found = parseTag(text, columns);
    if (found === undefined) return false;
    const uses = extras.tags.get(found.movieId) ?? new Map<string, number>();
    extras.tags.set(found.movieId, uses.set(found.tag, (uses.get(found.tag) ?? 0) + 1));
    return true;
  });
}

/** Hand each line of a file to `take`, which tells whether it could be read; no file is no lines. */
async function* readBeside(
  path: string,
  required: readonly string[],
  take: (text: string, columns: Columns) => boolean,
): AsyncGenerator<LocatedRow> {
  const file = basename(path);
  let columns: Columns | undefined;
  for await (const line of linesIfThere(path)) {
    if (line.text === undefined) {
      yield { file, line: line.line, row: rejected(line.damage) };
    } else if (columns === undefined) {
      columns = header(file, line.text, required);
    } else if (line.text.trim() !== "" && !take(line.text, columns)) {
      yield { file, line: line.line, row: rejected("wrong_columns", shown(line.text)) };
    }
  }
}

async function* linesIfThere(path: string): AsyncGenerator<Line> {
  try {
    yield* readLines(createReadStream(path));
  } catch (failure) {
    if (failure instanceof Error && "code" in failure && failure.code === "ENOENT") return;
    throw failure;
  }
}

function header(file: string, text: string, required: readonly string[]): Columns {
  const found = columnsFrom(text, required);
  if ("columns" in found) return found.columns;
  throw new ServiceError(
    "invalid_argument",
    `${file === "" ? "the file" : file} lacks the column ${found.missing.join(", ")} in line 1`,
  );
}
