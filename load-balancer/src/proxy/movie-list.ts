import { MOVIE_ID_BYTES } from "@canarec/service-kit/identifiers";

/** Most movies that an answer may hold. */
const MOST_MOVIES = 100;

/** Longest answer that can be valid, in bytes: so many ids and the commas between them. */
export const LIST_BYTES = MOST_MOVIES * (MOVIE_ID_BYTES + 1);

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
  if (!isClean(text)) return undefined;
  const ids = text.split(",");
  if (ids.length > MOST_MOVIES || new Set(ids).size < ids.length) return undefined;
  return ids.every((id) => id.length > 0 && id.length <= MOVIE_ID_BYTES) ? ids : undefined;
}

const BLANK = 0x20;
const COMMA = 0x2c;

/** Without a control character, and without a blank at either end of an id; ids are opaque otherwise. */
function isClean(text: string): boolean {
  let before = COMMA;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < BLANK || (code >= 0x7f && code < 0xa0)) return false;
    if (code === BLANK ? before === COMMA : code === COMMA && before === BLANK) return false;
    before = code;
  }
  return before !== BLANK;
}
