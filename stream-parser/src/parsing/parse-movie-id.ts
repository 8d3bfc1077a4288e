import { MOVIE_ID_BYTES } from "@canarec/service-kit/identifiers";
import { type Rejection, rejection } from "./rejection.ts";

const CONTROL = /[\0-\x1f\x7f]/;

/** A movie id is opaque: anything of 1 to 256 bytes without control characters, percent signs and slashes included. */
export function parseMovieId(text: string): string | Rejection {
  if (text === "" || CONTROL.test(text)) return rejection("bad_movie");
  // No UTF-16 unit takes more than three bytes.
  if (text.length * 3 > MOVIE_ID_BYTES && Buffer.byteLength(text) > MOVIE_ID_BYTES)
    return rejection("movie_too_long");
  return text;
}
