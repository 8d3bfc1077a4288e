import { describe, expect, it } from "vitest";
import { plainText, storableText } from "./plain-text.ts";

describe("plainText", () => {
  it.each([
    ["too slow since noon", true],
    ["Ōzu 🎬 ' or 1=1 --", true],
    ["", false],
    ["x".repeat(41), false],
    ["two\nlines", false],
    ["\u0000", false],
    ["\u001b[31m", false],
    ["\u009b", false],
    ["\ud800", false],
    ["a\udc00", false],
  ])("%j: %s", (text, ok) => expect(plainText(40).safeParse(text).success).toBe(ok));
});

describe("storableText", () => {
  it.each([
    ["two\nlines", true],
    ["\u0000", false],
    ["\udc00\ud800", false],
    ["", false],
  ])("%j: %s", (text, ok) => expect(storableText(40).safeParse(text).success).toBe(ok));
});
