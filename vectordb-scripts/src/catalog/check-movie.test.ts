import { describe, expect, it } from "vitest";
import { bareMovie } from "./catalogue-movie.ts";
import { checkMovie } from "./check-movie.ts";

describe("checkMovie", () => {
  it("finds nothing wrong with a movie of which little is known", () => {
    expect(checkMovie(bareMovie("a", "A"))).toBeUndefined();
  });

  it("finds nothing wrong with texts in any language, and words that look like its own", () => {
    expect(checkMovie({ ...bareMovie("a", "千と千尋 🎬"), overview: "nul" })).toBeUndefined();
  });

  it.each([
    [{ year: 9_999 }, "invalid_field"],
    [{ voteAverage: 11 }, "invalid_field"],
    [{ runtimeMinutes: 2 ** 31 }, "invalid_field"],
    [{ popularity: 1e39 }, "invalid_field"],
    [{ releaseDate: "1999-02-30" }, "invalid_field"],
    [{ genres: ["x".repeat(257)] }, "invalid_field"],
    [{ overview: "x".repeat(20_001) }, "invalid_field"],
    [{ overview: "a\0b" }, "nul_character"],
    [{ people: [{ name: "a\0b", role: "cast" as const }] }, "nul_character"],
    [{ title: "\ud800" }, "not_utf8"],
  ])("rejects one with %j", (change, reason) => {
    expect(checkMovie({ ...bareMovie("a", "A"), ...change })).toMatchObject({ rejected: reason });
  });
});
