import { ServiceError } from "@canarec/service-kit/errors";
import type { CatalogFormat } from "./catalog-format.ts";
import { detectJsonFormat } from "./detect-format.ts";
import { parseDemoMovie } from "./formats/demo.ts";
import { parseJsonLine } from "./formats/json-lines.ts";
import { parsePlatformMovie } from "./formats/platform.ts";
import { jsonTexts } from "./json-values.ts";
import { type LocatedRow, type Row, rejected, shown } from "./problem.ts";
import type { Line } from "./read-lines.ts";

/** Longest JSON document that is not JSON Lines, in characters: it is read as a whole. */
const DOCUMENT_CHARACTERS = 256 * 1024 * 1024;

type JsonFormat = Exclude<CatalogFormat, "movielens">;
type JsonObject = Readonly<Record<string, unknown>>;

const PARSERS: Readonly<Record<JsonFormat, (value: JsonObject) => Row>> = {
  jsonl: parseJsonLine,
  platform: parsePlatformMovie,
  demo: parseDemoMovie,
};

/** A row and its line, before its file is named. */
export type NumberedRow = Omit<LocatedRow, "file">;

/**
 * The rows of JSON: one value a line, or a document (an object, an array) over several lines. An
 * array stands for its elements. The form is found by the first object, unless it is named.
 */
export async function* readJson(
  lines: AsyncIterable<Line>,
  format: JsonFormat | undefined,
): AsyncGenerator<NumberedRow> {
  let parse = format && PARSERS[format];
  for await (const unit of jsonUnits(lines)) {
    if ("row" in unit) {
      yield unit;
      continue;
    }
    for (const value of unit.values) {
      if (!isObject(value)) {
        yield { line: unit.line, row: rejected("not_an_object", shown(value)) };
        continue;
      }
      parse ??= PARSERS[detectJsonFormat(value)];
      yield { line: unit.line, row: parse(value) };
    }
  }
}

interface Values {
  readonly line: number;
  readonly values: readonly unknown[];
}

/** Each line's values, until a first line that is the begin of a longer document. */
async function* jsonUnits(lines: AsyncIterable<Line>): AsyncGenerator<Values | NumberedRow> {
  const document: { line: number; text: string }[] = [];
  let begun = false;
  for await (const line of lines) {
    if (line.text === undefined) {
      yield { line: line.line, row: rejected(line.damage) };
    } else if (document.length > 0) {
      document.push({ line: line.line, text: line.text });
    } else if (line.text.trim() !== "") {
      const unit = unitFrom(line.line, line.text);
      if (!begun && "row" in unit && beginsDocument(line.text)) {
        document.push({ line: line.line, text: line.text });
      } else yield unit;
      begun = true;
    }
  }
  if (document.length > 0) yield* documentUnits(document);
}

/** `[`, `{`, or `[{…},`: a line that ends inside a value, but not inside a quoted text. */
function beginsDocument(text: string): boolean {
  const trimmed = text.trim();
  return /^\[/.test(trimmed) || trimmed === "{";
}

function* documentUnits(
  document: readonly { line: number; text: string }[],
): Generator<Values | NumberedRow> {
  const whole = document.map(({ text }) => text).join("\n");
  if (whole.length > DOCUMENT_CHARACTERS) {
    throw new ServiceError(
      "invalid_argument",
      `a JSON document of more than ${DOCUMENT_CHARACTERS} characters: give one movie a line instead`,
    );
  }
  const found = jsonTexts(document, parsed(whole) === undefined);
  for (const { line, text, broken } of found) {
    yield broken ? { line, row: rejected("broken_json", shown(text)) } : unitFrom(line, text);
  }
}

function unitFrom(line: number, text: string): Values | NumberedRow {
  const value = parsed(text);
  if (value === undefined) return { line, row: rejected("broken_json", shown(text.trim())) };
  return { line, values: Array.isArray(value) ? (value as unknown[]) : [value] };
}

/** Undefined for what is no JSON, which never means undefined. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
