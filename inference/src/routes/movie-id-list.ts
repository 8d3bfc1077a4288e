import { MOVIE_ID_BYTES } from "@canarec/service-kit/identifiers";

/** Most movies excluded in one request. */
export const MOST_EXCLUDED = 200;

/**
 * The query string of a URL, name by name, percent-decoded once. Unlike a form's, a `+` is a `+`:
 * it is part of most movie ids.
 *
 * @returns undefined where it is not well-formed, e.g. a lone `%`.
 */
export function parseQuery(url: string): Map<string, string[]> | undefined {
  const start = url.indexOf("?");
  const values = new Map<string, string[]>();
  if (start < 0) return values;
  for (const part of url.slice(start + 1).split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decoded(equals < 0 ? part : part.slice(0, equals));
    const value = equals < 0 ? "" : decoded(part.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return values;
}

/** Whether a text may be a movie id: not empty, short enough, without control characters. */
export function isMovieId(text: string): boolean {
  return (
    text !== "" && Buffer.byteLength(text) <= MOVIE_ID_BYTES && !/[\u0000-\u001f\u007f]/.test(text)
  );
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
