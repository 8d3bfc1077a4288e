import { TextDecoder } from "node:util";

/** Longest line, in bytes; a bulk answer of the platform, 200 movies in one line, has about 400 kB. */
export const LINE_BYTES = 16 * 1024 * 1024;

/** A line without its end; `text` is undefined where its bytes are no UTF-8, or too many. */
export type Line = { readonly line: number } & (
  | { readonly text: string }
  | { readonly text?: undefined; readonly damage: "not_utf8" | "too_long" }
);

const LF = 0x0a;
const CR = 0x0d;

/**
 * Split bytes into lines, numbered from 1: LF or CR LF ends one, a byte order mark in front is
 * dropped, the last needs no end. Holds one line at a time.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number = LINE_BYTES,
): AsyncGenerator<Line> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 0;
  for await (const bytes of splitLines(source, maxBytes)) {
    line += 1;
    if (bytes === undefined) yield { line, damage: "too_long" };
    else yield decoded(decoder, bytes, line);
  }
}

function decoded(decoder: TextDecoder, bytes: Buffer, line: number): Line {
  const end = bytes.at(-1) === CR ? bytes.length - 1 : bytes.length;
  try {
    // The decoder drops a byte order mark; only the first line may have one.
    return { line, text: decoder.decode(bytes.subarray(0, end)) };
  } catch {
    return { line, damage: "not_utf8" };
  }
}

/** The bytes between LFs; undefined for a line of more than `maxBytes`. */
export async function* splitLines(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Buffer | undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  const take = (): Buffer | undefined => {
    const whole = length > maxBytes ? undefined : Buffer.concat(parts);
    parts = [];
    length = 0;
    return whole;
  };
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, start)) {
      parts.push(bytes.subarray(start, end));
      length += end - start;
      yield take();
      start = end + 1;
    }
    const rest = bytes.subarray(start);
    length += rest.length;
    if (length <= maxBytes && rest.length > 0) parts.push(rest);
  }
  if (length > 0) yield take();
}
