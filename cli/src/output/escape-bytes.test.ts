import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeBytes } from "./escape-bytes.ts";

describe("escapeBytes", () => {
  it.each([
    ["plain", Buffer.from("2024-02-27T18:45:18,1,GET"), "2024-02-27T18:45:18,1,GET"],
    ["UTF-8", Buffer.from("amélie 🎬"), "amélie 🎬"],
    ["ends of lines", Buffer.from("a\r\n\tb"), "a\\r\\n\\tb"],
    ["backslashes", Buffer.from("a\\x00"), "a\\\\x00"],
    ["NUL and escape", Buffer.from("a\0\u001b[31m"), "a\\x00\\x1b[31m"],
    ["what turns a line round", Buffer.from("\u202eabc"), "\\u{202e}abc"],
    ["what is no UTF-8", Buffer.from([0x61, 0xff, 0xc3, 0x28]), "a\\xff\\xc3("],
    ["half a character", Buffer.from([0xe2, 0x82]), "\\xe2\\x82"],
    ["over-long zero", Buffer.from([0xc0, 0x80]), "\\xc0\\x80"],
    ["the replacement character, escaped", Buffer.from("\ufffd"), "\\xef\\xbf\\xbd"],
    ["nothing", Buffer.from(""), ""],
  ])("writes %s", (_, bytes, text) => {
    expect(escapeBytes(bytes)).toBe(text);
  });

  it("gives different lines for different bytes, always printable", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ maxLength: 12 }), (a, b) => {
        const same = Buffer.from(a).equals(Buffer.from(b));
        expect(escapeBytes(a) === escapeBytes(b)).toBe(same);
        expect(escapeBytes(a)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
