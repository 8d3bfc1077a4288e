import { describe, expect, it } from "vitest";
import { jsonTexts } from "./json-values.ts";

const cut = (text: string, recover = false) =>
  jsonTexts(
    text.split("\n").map((line, place) => ({ line: place + 1, text: line })),
    recover,
  ).map(({ line, text: found, broken }) => [
    line,
    broken ? "broken" : (JSON.parse(found) as unknown),
  ]);

describe("jsonTexts", () => {
  it("cuts an array of one object a line", () => {
    expect(cut('[\n{"a":1},\n{"a":2}\n]')).toEqual([
      [2, { a: 1 }],
      [3, { a: 2 }],
    ]);
  });

  it("cuts objects of several lines, and several of one line", () => {
    expect(cut('[{\n"a": {"b": [1]}\n}, {"c": 2}]')).toEqual([
      [1, { a: { b: [1] } }],
      [3, { c: 2 }],
    ]);
  });

  it("does not count what is quoted", () => {
    expect(cut('{"a":"}{\\"["}')).toEqual([[1, { a: '}{"[' }]]);
  });

  it("keeps an object whose lines are not indented", () => {
    expect(cut('[\n{\n"genres": [\n{\n"id": 1\n}\n]\n}\n]')).toEqual([
      [2, { genres: [{ id: 1 }] }],
    ]);
  });

  it("says that the last never ends", () => {
    expect(cut('[{"a":1},\n{"a":')).toEqual([
      [1, { a: 1 }],
      [2, "broken"],
    ]);
  });

  it.each([
    ["a missing brace", '{"a":{"b":1}'],
    ["a missing quote", '{"a":"b}'],
  ])("goes on after %s when it recovers", (_, broken) => {
    expect(cut(`[\n  {"a":1},\n  ${broken},\n  {"a":2}\n]`, true)).toEqual([
      [2, { a: 1 }],
      [3, "broken"],
      [4, { a: 2 }],
    ]);
  });
});
