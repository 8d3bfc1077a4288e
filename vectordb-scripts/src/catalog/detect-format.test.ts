import { describe, expect, it } from "vitest";
import { detectJsonFormat, detectSyntax } from "./detect-format.ts";

describe("detectSyntax", () => {
  it.each([
    ["movies.jsonl", "garbage", "json"],
    ["movies.CSV", "garbage", "csv"],
    ["movies", '{"id":1}', "json"],
    ["movies", "  [", "json"],
    ["", "title,movieId", "csv"],
    ["movies.txt", "Toy Story", undefined],
    ["", "", undefined],
  ])("finds that of %s beginning with %s", (name, line, syntax) => {
    expect(detectSyntax(name, line)).toBe(syntax);
  });
});

describe("detectJsonFormat", () => {
  it.each([
    [{ Title: null, "Release Date": "Jun 12 1998" }, "demo"],
    [{ id: "a+1999", title: "A", genres: [{ id: 1, name: "Drama" }] }, "platform"],
    [{ id: "a+1999", title: "A", genres: [], original_title: "A" }, "platform"],
    [{ id: "a+1999", title: "A", genres: ["Drama"] }, "jsonl"],
    [{ movieId: 1 }, "jsonl"],
    [{}, "jsonl"],
  ])("finds that of %j", (value, format) => {
    expect(detectJsonFormat(value)).toBe(format);
  });
});
