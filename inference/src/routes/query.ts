import { ServiceError } from "@canarec/service-kit/errors";
import { parseUserId } from "@canarec/service-kit/identifiers";
import { MOST_EXCLUDED, isMovieId, parseQuery } from "./movie-id-list.ts";

/** Longest search, in characters. */
const SEARCH_LENGTH = 200;

/** A request's query, every parameter checked when it is asked for. */
export interface Query {
  /** A whole number in [least, most]. */
  count(name: string, range: { least: number; most: number; otherwise: number }): number;
  /** `true` or `false`; false where absent. */
  flag(name: string): boolean;
  /** Movie ids, separated by commas, or the parameter repeated. */
  movieIds(name: string): string[];
  /** A text to search for. Here `+` is a blank, as forms and people write it. */
  text(name: string): string;
}

/**
 * @param allowed the parameters that a route knows; any other is refused, so that a misspelt one is noticed.
 * @throws ServiceError "invalid_argument", as do its methods.
 */
export function queryOf(url: string, allowed: readonly string[]): Query {
  const values = parseQuery(url);
  if (values === undefined) throw invalid("the query is not percent-encoded as it should be");
  for (const name of values.keys()) {
    if (!allowed.includes(name)) {
      throw invalid(`unknown parameter ${shown(name)}: expected ${allowed.join(", ")}`);
    }
  }
  const only = (name: string) => {
    const given = values.get(name) ?? [];
    if (given.length > 1) throw invalid(`${name} is given ${given.length} times`);
    return given[0];
  };
  return {
    count(name, { least, most, otherwise }) {
      const text = only(name);
      if (text === undefined) return otherwise;
      const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
      if (number >= least && number <= most) return number;
      throw invalid(`${name} must be a whole number from ${least} to ${most}, not ${shown(text)}`);
    },
    flag(name) {
      const text = only(name) ?? "false";
      if (text === "true" || text === "false") return text === "true";
      throw invalid(`${name} must be true or false, not ${shown(text)}`);
    },
    movieIds: (name) => movieIdsOf(name, values.get(name) ?? []),
    text: (name) => searchText(name, only(name)),
  };
}

/** @throws ServiceError "invalid_argument" unless it is a decimal, non-negative 53-bit integer. */
export function requireUserId(text: string | undefined): number {
  const userId = parseUserId(text ?? "");
  if (userId !== undefined) return userId;
  throw invalid(`a user id is a whole number from 0 to 2^53 − 1, not ${shown(text ?? "")}`);
}

/** @throws ServiceError "invalid_argument" unless it may be a movie id. */
export function requireMovieId(text: string | undefined): string {
  if (text !== undefined && isMovieId(text)) return text;
  throw invalid(
    `a movie id has 1 to 256 bytes and no control characters, not ${shown(text ?? "")}`,
  );
}

function movieIdsOf(name: string, given: readonly string[]): string[] {
  const ids = given.flatMap((text) => text.split(",")).filter((id) => id !== "");
  if (ids.length > MOST_EXCLUDED) {
    throw invalid(`${name} names ${ids.length} movies, more than ${MOST_EXCLUDED}`);
  }
  return ids.map(requireMovieId);
}

function searchText(name: string, given: string | undefined): string {
  const text = given?.replaceAll("+", " ").trim();
  if (text === undefined || text === "") throw invalid(`${name} is missing`);
  if (text.length <= SEARCH_LENGTH) return text;
  throw invalid(`${name} has ${text.length} characters, more than ${SEARCH_LENGTH}`);
}

/** As JSON, cut: it goes into a message. */
function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function invalid(message: string): ServiceError {
  return new ServiceError("invalid_argument", message);
}
