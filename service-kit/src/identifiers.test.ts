import { describe, expect, it } from "vitest";
import { parseUserId } from "./identifiers.ts";

describe("parseUserId", () => {
  it.each([
    ["0", 0],
    ["42", 42],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ])("reads %s", (text, id) => {
    expect(parseUserId(text)).toBe(id);
  });

  it.each([
    "",
    " 1",
    "1 ",
    "+1",
    "-1",
    "1.0",
    "1e3",
    "0x10",
    "007",
    "9007199254740992",
    "99999999999999999999",
    "1'--",
    "٣",
    "😀",
    "\0",
    "1\n",
  ])("refuses %j", (text) => {
    expect(parseUserId(text)).toBeUndefined();
  });
});
