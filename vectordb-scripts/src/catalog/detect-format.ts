import type { CatalogFormat } from "./catalog-format.ts";
import { isDemoMovie } from "./formats/demo.ts";

/** Keys that only the platform's metadata API gives. */
const PLATFORM_KEYS = [
  "original_title",
  "original_language",
  "belongs_to_collection",
  "poster_path",
];

/**
 * Whether a file is JSON or comma-separated: by its name's ending, else by its first line that is
 * not blank.
 *
 * @returns undefined if neither tells.
 */
export function detectSyntax(fileName: string, firstLine: string): "json" | "csv" | undefined {
  if (/\.(json|jsonl|ndjson)$/i.test(fileName)) return "json";
  if (/\.csv$/i.test(fileName)) return "csv";
  if (/^\s*[[{]/.test(firstLine)) return "json";
  return /(^|,)\s*"?movieId"?\s*(,|$)/.test(firstLine) ? "csv" : undefined;
}

/** Which of the JSON forms an object has. */
export function detectJsonFormat(
  value: Readonly<Record<string, unknown>>,
): Exclude<CatalogFormat, "movielens"> {
  if (isDemoMovie(value)) return "demo";
  const genres = value["genres"];
  const named = Array.isArray(genres) && typeof genres[0] === "object";
  return named || PLATFORM_KEYS.some((key) => key in value) ? "platform" : "jsonl";
}
