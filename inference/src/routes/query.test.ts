import { describe, expect, it } from "vitest";
import { isMovieId, parseQuery } from "./movie-id-list.ts";
import { queryOf, requireMovieId, requireUserId } from "./query.ts";

const ask = (query: string) => queryOf(`/api${query}`, ["n", "exclude", "q", "varied"]);
const refusal = (message: string) =>
  expect.objectContaining({ code: "invalid_argument", message }) as Error;
const count = (query: string) => ask(query).count("n", { least: 1, most: 50, otherwise: 20 });

describe("parseQuery", () => {
  it.each([
    ["/path", []],
    ["/path?", []],
    ["/path?&&a=1&", [["a", ["1"]]]],
    [
      "/path?a=1&b=2&a=3",
      [
        ["a", ["1", "3"]],
        ["b", ["2"]],
      ],
    ],
    ["/path?a", [["a", [""]]]],
    ["/path?a=", [["a", [""]]]],
    ["/path?a=b=c?d", [["a", ["b=c?d"]]]],
    ["/path?a%26b=%2B+%C3%A9", [["a&b", ["++é"]]]],
    ["/path?a=%2525", [["a", ["%25"]]]],
  ])("of %s is %j", (url, expected) => {
    expect([...(parseQuery(url) ?? [])]).toEqual(expected);
  });

  it.each(["?a=%", "?%zz=1", "?a=1&b=%C3"])("of %s is none", (url) => {
    expect(parseQuery(url)).toBeUndefined();
  });
});

describe("a query", () => {
  it.each([
    ["?n=%", "the query is not percent-encoded as it should be"],
    ["?m=1", 'unknown parameter "m": expected n, exclude, q, varied'],
    ["?n=1&n=2", "n is given 2 times"],
    ["?n=0", 'n must be a whole number from 1 to 50, not "0"'],
    ["?n=51", 'n must be a whole number from 1 to 50, not "51"'],
    ["?n=1.5", 'n must be a whole number from 1 to 50, not "1.5"'],
    ["?n=-1", 'n must be a whole number from 1 to 50, not "-1"'],
    ["?n=", 'n must be a whole number from 1 to 50, not ""'],
    ["?n=1e1", 'n must be a whole number from 1 to 50, not "1e1"'],
    [`?n=${"7".repeat(41)}`, `n must be a whole number from 1 to 50, not "${"7".repeat(40)}…"`],
  ])("%s is refused: %s", (query, message) => {
    expect(() => count(query)).toThrow(refusal(message));
  });

  it("has numbers in their range, and what holds without one", () => {
    expect(["?n=1", "?n=50", "?n=007", ""].map(count)).toEqual([1, 50, 7, 20]);
  });

  it("has flags that are false unless they are true", () => {
    expect(["?varied=true", "?varied=false", ""].map((one) => ask(one).flag("varied"))).toEqual([
      ...[true, false, false],
    ]);
    expect(() => ask("?varied=1").flag("varied")).toThrow(
      refusal('varied must be true or false, not "1"'),
    );
  });

  it("has movie ids between commas or repeated, 200 at most", () => {
    expect(ask("?exclude=a+1,b,,&exclude=c").movieIds("exclude")).toEqual(["a+1", "b", "c"]);
    expect(ask("").movieIds("exclude")).toEqual([]);
    const ids = (n: number) => Array.from({ length: n }, (_, i) => `m${i}`).join(",");
    expect(ask(`?exclude=${ids(200)}`).movieIds("exclude")).toHaveLength(200);
    expect(() => ask(`?exclude=${ids(201)}`).movieIds("exclude")).toThrow(
      refusal("exclude names 201 movies, more than 200"),
    );
    expect(() => ask("?exclude=a,%07").movieIds("exclude")).toThrow(/no control characters/);
  });

  it("has a text in which + is a blank, of 200 characters at most", () => {
    expect(ask("?q=+the+thing+").text("q")).toBe("the thing");
    expect(ask(`?q=${"x".repeat(200)}`).text("q")).toHaveLength(200);
    for (const blank of ["", "?q=", "?q=++"]) {
      expect(() => ask(blank).text("q")).toThrow(refusal("q is missing"));
    }
    expect(() => ask(`?q=${"x".repeat(201)}`).text("q")).toThrow(
      refusal("q has 201 characters, more than 200"),
    );
  });
});

describe("the ids of a path", () => {
  it("are users' of 53 bits", () => {
    expect(requireUserId("9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
    for (const wrong of ["9007199254740992", "-1", "x", "", undefined]) {
      expect(() => requireUserId(wrong)).toThrow(
        refusal(
          `a user id is a whole number from 0 to 2^53 − 1, not ${JSON.stringify(wrong ?? "")}`,
        ),
      );
    }
  });

  it.each([
    ["a", true],
    ["é".repeat(128), true],
    ["é".repeat(128) + "x", false],
    ["", false],
    ["a\u0000", false],
    ["a\u001f", false],
    ["a\u007f", false],
    ["a b", true],
  ])("are movies': %j is one: %s", (id, isOne) => {
    expect(isMovieId(id)).toBe(isOne);
    if (isOne) expect(requireMovieId(id)).toBe(id);
    else expect(() => requireMovieId(id)).toThrow(/^a movie id has 1 to 256 bytes/);
  });

  it("are not absent", () => {
    expect(() => requireMovieId(undefined)).toThrow(/not ""$/);
  });
});
