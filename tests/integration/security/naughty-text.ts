import fc from "fast-check";

/** Texts that have broken somebody's software, by what they try. */
export const NAUGHTY: readonly string[] = [
  // nothing, blanks, and what looks like nothing
  ...["", " ", "\t", "\u00a0", "\u200b", "\ufeff", "\u2028", "\u0085", "null", "undefined", "NaN"],
  // numbers
  ...[
    "0",
    "-0",
    "-1",
    "1.5",
    "1e3",
    "1e309",
    "-1e309",
    "Infinity",
    "0x10",
    "0b1",
    "042",
    "+1",
    "1_000",
  ],
  ...["2147483647", "2147483648", "4294967296", "9007199254740991", "9007199254740992"],
  ...["9223372036854775808", "1".repeat(400), "0.1e-400", "١٢٣", "１２３", "½", "1,5"],
  // controls and terminals
  ...[
    "\u0000",
    "a\u0000b",
    "\u0001",
    "\u0007",
    "\u001b[31mred",
    "\u009b31m",
    "\u007f",
    "\r\n",
    "a\nb",
  ],
  ...["\r\nX-Evil: 1", "%0d%0aX-Evil:%201"],
  // unicode
  ...[
    "é",
    "e\u0301",
    "ß",
    "İ",
    "ﬀ",
    "Ω≈ç√",
    "田中さん",
    "שלום",
    "مرحبا",
    "\u202egnp.exe",
    "🎬",
    "👩‍👩‍👧",
    "\ud800",
  ],
  ...["\udc00\ud800", "\uffff", "\u{10ffff}", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯", "İ".repeat(99)],
  // percent-encoding
  ...[
    "%",
    "%0",
    "%zz",
    "%00",
    "%2e%2e%2f",
    "%c0%ae",
    "%ed%a0%80",
    "%F0%9F",
    "%25%30%30",
    "%u0041",
    "+",
    "%2B",
  ],
  // paths
  ...[
    "..",
    ".",
    "../",
    "..\\",
    "../../../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "....//",
    "C:\\windows",
  ],
  ...["file:///etc/passwd", "/", "//", "\\\\server\\share", "con", "nul", ".git/config"],
  // languages
  ...[
    "' or '1'='1",
    "1; drop table users --",
    "') union all select null --",
    "\\'; --",
    "$1",
    "::text",
    "\\x00",
  ],
  ...[
    "<script>alert(1)</script>",
    "{{7*7}}",
    "${7*7}",
    "$(sleep 1)",
    "`sleep 1`",
    "; sleep 1",
    "| sleep 1",
    "--help",
  ],
  ...[
    "-rf",
    "--upload-pack=x",
    "%s%s%s%n",
    "%d",
    "{0}",
    "(a+)+$",
    "*",
    "?",
    "[",
    "\\",
    '"',
    "'",
    '"""',
    "&",
    "#",
    "=",
    "a=b&c=d",
  ],
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "then", "valueOf"],
  // addresses
  ...[
    "http://169.254.169.254/latest/meta-data",
    "http://127.0.0.1:1/",
    "gopher://127.0.0.1:1/_x",
    "//evil.example",
  ],
  // long
  ...[
    "x".repeat(257),
    "x".repeat(3_000),
    "🎬".repeat(500),
    "a/".repeat(300),
    "%41".repeat(300),
    "[".repeat(500),
  ],
];

/** Any of them, joined now and then with others; or any text at all. */
export const naughtyText: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: fc.constantFrom(...NAUGHTY), weight: 6 },
  {
    arbitrary: fc
      .tuple(fc.constantFrom(...NAUGHTY), fc.constantFrom(...NAUGHTY))
      .map(([a, b]) => a + b),
    weight: 1,
  },
  { arbitrary: fc.string({ unit: "binary", maxLength: 40 }), weight: 1 },
  { arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }), weight: 1 },
);

/** What JSON can hold where something else was expected. */
export const naughtyValue: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: naughtyText, weight: 4 },
  {
    arbitrary: fc.constantFrom<unknown>(
      ...[null, true, false, 0, -0, -1, 0.5, 1e21, 1e-300, 2 ** 31, 2 ** 53, -(2 ** 63)],
      ...[[], {}, [[]], [null], { a: {} }, { $ne: null }, "x".repeat(20_000)],
      Array.from({ length: 2_000 }, () => 0),
    ),
    weight: 3,
  },
  { arbitrary: fc.jsonValue({ maxDepth: 2 }), weight: 1 },
);

/** A text as the bytes of a URL's part, every one that is not plain encoded; lone halves of pairs as `%ED%A0%80`. */
export function percentEncoded(text: string): string {
  const bytes = Buffer.concat(Array.from(text, bytesOf));
  return [...bytes]
    .map((byte) =>
      /[\w.~-]/.test(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).padStart(2, "0")}`,
    )
    .join("");
}

function bytesOf(one: string): Buffer {
  const code = one.codePointAt(0) ?? 0;
  if (code < 0xd800 || code > 0xdfff) return Buffer.from(one);
  return Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]);
}
