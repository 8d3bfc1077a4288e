import { describe, expect, it } from "vitest";
import { mergeResults } from "./merge-results.ts";
import { comparable, titleMatches } from "./title-match.ts";

describe("comparable", () => {
  it.each([
    ["WALL·E", "wall e"],
    ["  Amélie ", "amelie"],
    ["2001: A Space Odyssey", "2001 a space odyssey"],
    ["七人の侍", "七人の侍"],
    ["!!!", ""],
  ])("makes %s into %s", (text, then) => {
    expect(comparable(text)).toBe(then);
  });
});

describe("titleMatches", () => {
  const titles = ["Aliens", "Alien", "Alien 3", "The Alien Factor", null, "Cube"].map((title) =>
    title === null ? null : comparable(title),
  );
  const find = (query: string) => titleMatches(titles, comparable(query), (movie) => movie, 10);

  it("finds the very title, then what begins with it, then what has its words", () => {
    expect(find("alien")).toEqual([1, 2, 0, 3]);
  });

  it("needs every word, in any order", () => {
    expect(find("factor alien")).toEqual([3]);
  });

  it("finds nothing for nothing", () => {
    expect(find("")).toEqual([]);
    expect(find("zebra")).toEqual([]);
  });
});

describe("mergeResults", () => {
  it("puts what both found first, and says who found what", () => {
    const near = [
      { movie: 7, similarity: 0.9 },
      { movie: 2, similarity: 0.8 },
    ];
    expect(mergeResults([1, 2], near, 10)).toEqual([
      { movie: 2, match: "both", similarity: 0.8 },
      { movie: 1, match: "title", similarity: null },
      { movie: 7, match: "text", similarity: 0.9 },
    ]);
  });

  it("gives no more than asked for", () => {
    expect(mergeResults([1, 2, 3], [], 2)).toHaveLength(2);
  });
});
