import { MOVIE_ID_BYTES } from "@canarec/service-kit/identifiers";
import { type RejectedRow, rejected, shown } from "./problem.ts";

/**
 * A movie id as a catalogue file gives it: text, or a whole number that is kept as text.
 *
 * Refused besides empty and over-long ones: those with a comma or a control character, or a blank at
 * an end, because ids are answered in a list with commas, which the platform joins again with blanks.
 */
export function movieIdFrom(value: unknown): string | RejectedRow {
  if (value === undefined || value === null || value === "") return rejected("missing_id");
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== "string") return rejected("invalid_id", shown(value));
  if (Buffer.byteLength(text) > MOVIE_ID_BYTES) {
    return rejected("id_too_long", `${Buffer.byteLength(text)} bytes, at most ${MOVIE_ID_BYTES}`);
  }
  return /[,\u0000-\u001f\u007f]|^\s|\s$/.test(text) ? rejected("invalid_id", shown(text)) : text;
}
