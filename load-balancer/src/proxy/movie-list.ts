import { MOVIE_ID_BYTES } from "@canarec/service-kit/identifiers";

/** Most movies that an answer may hold. */
const MOST_MOVIES = 100;

/** Longest answer that can be valid, in bytes: so many ids and the commas between them. */
export const LIST_BYTES = MOST_MOVIES * (MOVIE_ID_BYTES + 1);

/** A control character, or a blank at either end of an id; ids are opaque otherwise. */
const MALFORMED = /\p{Cc}|^ | $|, | ,/u;

/**
 * Read an answer to /recommend: movie ids separated by commas, best first, without a newline.
 *
 * @returns undefined for anything else: empty, more than 100 ids, an id that is empty, repeated or
 *   too long.
 */
export function parseMovieList(
  contentType: string | undefined,
  text: string,
): readonly string[] | undefined {
  if (!contentType?.startsWith("text/plain") || text.length > LIST_BYTES) return undefined;
  if (MALFORMED.test(text)) return undefined;
  const ids = text.split(",");
  if (ids.length > MOST_MOVIES || new Set(ids).size < ids.length) return undefined;
  return ids.every((id) => id.length > 0 && id.length <= MOVIE_ID_BYTES) ? ids : undefined;
}
