import { type Rejection, rejection } from "./rejection.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as text, refused when they are not UTF-8, too many, or hold a NUL. */
export function decodeText(value: Uint8Array, maxBytes: number): string | Rejection {
  if (value.byteLength === 0) return rejection("empty_line");
  if (value.byteLength > maxBytes) return rejection("too_long");
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const text = bytes.toString("utf8");
  if (text.includes("\0")) return rejection("nul_byte");
  // The lenient decoder is several times faster, and marks every damage by U+FFFD; a real one is rare.
  return text.includes("\uFFFD") && !isUtf8(bytes) ? rejection("bad_encoding") : text;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
