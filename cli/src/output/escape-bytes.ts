const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/**
 * Raw bytes as one printable line that loses nothing: valid UTF-8 stays as it is, a control or invisible
 * character, a byte that is no UTF-8 and the backslash are written as `\n`, `\x00`, `\u{202e}`, `\\`.
 */
export function escapeBytes(bytes: Uint8Array): string {
  let escaped = "";
  for (let at = 0; at < bytes.length;) {
    const { text, length } = nextCharacter(bytes, at);
    escaped += text === undefined ? `\\x${hex(bytes[at] ?? 0, 2)}` : printable(text);
    at += length;
  }
  return escaped;
}

/** The character that begins at a byte; its text is undefined if the byte begins none. */
function nextCharacter(bytes: Uint8Array, at: number): { text?: string; length: number } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { text: String.fromCharCode(first), length: 1 };
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const text = Buffer.from(bytes.subarray(at, at + length)).toString("utf8");
  const isWhole = Buffer.byteLength(text) === length && !text.includes("\ufffd");
  return isWhole && Array.from(text).length === 1 ? { text, length } : { length: 1 };
}

function printable(character: string): string {
  const known = ESCAPES[character];
  if (known !== undefined) return known;
  if (!/[\p{C}\p{Zl}\p{Zp}]/u.test(character)) return character;
  const point = character.codePointAt(0) ?? 0;
  return point < 0x80 ? `\\x${hex(point, 2)}` : `\\u{${hex(point, 1)}}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
