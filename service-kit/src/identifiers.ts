/** Longest movie id, in UTF-8 bytes; ids are opaque otherwise. */
export const MOVIE_ID_BYTES = 256;

/**
 * A user id: a decimal, non-negative integer of at most 53 bits, without sign, blanks, exponent or
 * superfluous zeros.
 *
 * @returns undefined for anything else.
 */
export function parseUserId(text: string): number | undefined {
  if (text.length > 16 || !/^(0|[1-9]\d*)$/.test(text)) return undefined;
  const id = Number(text);
  return Number.isSafeInteger(id) ? id : undefined;
}
