import { basename } from "node:path";
import { ServiceError } from "@canarec/service-kit/errors";
import type { CatalogFormat } from "./catalog-format.ts";
import { checkMovie } from "./check-movie.ts";
import { detectSyntax } from "./detect-format.ts";
import type { LocatedRow } from "./problem.ts";
import { readJson } from "./read-json.ts";
import { type Line, readLines } from "./read-lines.ts";
import { readMovieLens } from "./read-movielens.ts";

export interface CatalogSource {
  /** Undefined for a stream, which has a name for its format only. */
  readonly path?: string | undefined;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Found by name and content unless given. */
  readonly format?: CatalogFormat | undefined;
}

/**
 * The rows of one catalogue file in order, each with its place; streamed, except a JSON document
 * that is not JSON Lines.
 *
 * @throws ServiceError "invalid_argument" where the file as a whole cannot be read.
 */
export async function* readCatalog(source: CatalogSource): AsyncGenerator<LocatedRow> {
  const file = source.path === undefined ? "" : basename(source.path);
  const { first, lines } = await peek(readLines(source.bytes));
  const syntax =
    source.format === undefined
      ? detectSyntax(file, first)
      : source.format === "movielens"
        ? "csv"
        : "json";
  if (syntax === undefined) {
    throw new ServiceError(
      "invalid_argument",
      `cannot tell the format of ${file === "" ? "the file" : file}: name it with --format`,
    );
  }
  if (syntax === "csv") {
    for await (const row of readMovieLens(lines, source.path)) yield checked(row);
    return;
  }
  const format = source.format === "movielens" ? undefined : source.format;
  for await (const row of readJson(lines, format)) yield checked({ file, ...row });
}

function checked(located: LocatedRow): LocatedRow {
  if ("rejected" in located.row) return located;
  const problem = checkMovie(located.row.movie);
  return problem === undefined ? located : { ...located, row: problem };
}

/** The first line that is not blank, empty where there is none, and all lines from the first. */
async function peek(
  lines: AsyncGenerator<Line>,
): Promise<{ first: string; lines: AsyncIterable<Line> }> {
  const seen: Line[] = [];
  for (;;) {
    const next = await lines.next();
    if (next.done === true) return { first: "", lines: chained(seen, lines) };
    seen.push(next.value);
    const text = next.value.text ?? "";
    if (text.trim() !== "") return { first: text, lines: chained(seen, lines) };
  }
}

async function* chained(seen: readonly Line[], rest: AsyncGenerator<Line>): AsyncGenerator<Line> {
  yield* seen;
  yield* rest;
}
