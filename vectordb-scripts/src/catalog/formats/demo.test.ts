import { describe, expect, it } from "vitest";
import { parseDemoMovie, releaseDateFrom } from "./demo.ts";

const MUNICH = {
  Title: "Munich",
  "Release Date": "Dec 23 2005",
  "Major Genre": "Thriller/Suspense",
  "Creative Type": "Dramatization",
  Director: "Steven Spielberg",
  "Running Time min": 164,
  "IMDB Rating": 7.8,
  "IMDB Votes": 86319,
  Distributor: "Universal",
};

describe("parseDemoMovie", () => {
  it("makes the id of title and year", () => {
    expect(parseDemoMovie(MUNICH)).toMatchObject({
      format: "demo",
      remarks: [],
      movie: {
        movieId: "munich+2005",
        title: "Munich",
        year: 2005,
        releaseDate: "2005-12-23",
        runtimeMinutes: 164,
        voteAverage: 7.8,
        voteCount: 86319,
        genres: ["Thriller", "Suspense", "Dramatization"],
        people: [{ name: "Steven Spielberg", role: "director" }],
      },
    });
  });

  it("takes a number for a title, and remarks it", () => {
    expect(parseDemoMovie({ ...MUNICH, Title: 2046 })).toMatchObject({
      remarks: ["numeric_title"],
      movie: { movieId: "2046+2005", title: "2046" },
    });
  });

  it.each([
    [{ Title: null }, "missing_title"],
    [{ Title: "" }, "missing_title"],
    [{ Title: "七人の侍" }, "missing_id"],
    [{ Title: ["x"] }, "invalid_field"],
    [{ "IMDB Rating": 11 }, "invalid_field"],
  ])("says why one with %j is no movie", (change, reason) => {
    expect(parseDemoMovie({ ...MUNICH, ...change })).toMatchObject({ rejected: reason });
  });

  it("needs nothing but a title", () => {
    expect(parseDemoMovie({ Title: "Munich", "Release Date": null })).toMatchObject({
      movie: { movieId: "munich", year: null, genres: [], people: [] },
    });
  });
});

describe("releaseDateFrom", () => {
  it.each([
    ["Jun 12 1998", "1998-06-12"],
    ["Aug 01 2044", "1944-08-01"],
    ["Dec 24 2016", "1916-12-24"],
    ["Jan 15 2010", "2010-01-15"],
    ["Feb 30 1998", null],
    ["Foo 12 1998", null],
    ["1998-06-12", null],
    ["", null],
  ])("reads %s", (text, date) => {
    expect(releaseDateFrom(text)).toBe(date);
  });
});
