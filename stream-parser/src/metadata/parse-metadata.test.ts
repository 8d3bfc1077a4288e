import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { metadataElements, parseMovieMetadata, parseUserMetadata } from "./parse-metadata.ts";

/** As the platform answers, shortened. */
const westSideStory = {
  id: "west+side+story+1961",
  tmdb_id: 1725,
  imdb_id: "tt0055614",
  title: "West Side Story",
  original_title: "West Side Story",
  adult: "False",
  belongs_to_collection: {},
  budget: "6000000",
  genres: [
    { id: 80, name: "Crime" },
    { id: 18, name: "Drama" },
  ],
  homepage: "null",
  original_language: "en",
  overview: "In the slums of the upper West Side",
  popularity: "8.389903",
  poster_path: "/2apE.jpg",
  release_date: "1961-10-18",
  revenue: "43656822",
  runtime: 152,
  status: "Released",
  vote_average: "7.0",
  vote_count: "399",
};

describe("parseMovieMetadata", () => {
  it("reads numbers and booleans that are strings", () => {
    expect(parseMovieMetadata(westSideStory)).toEqual({
      movieId: "west+side+story+1961",
      title: "West Side Story",
      originalTitle: "West Side Story",
      overview: "In the slums of the upper West Side",
      language: "en",
      runtimeMinutes: 152,
      releaseDate: "1961-10-18",
      year: 1961,
      adult: false,
      tmdbId: 1725,
      imdbId: "tt0055614",
      posterPath: "/2apE.jpg",
      voteAverage: 7,
      voteCount: 399,
      popularity: 8.389903,
      genres: ["Crime", "Drama"],
    });
  });

  it.each([
    ["overview", "null", { overview: null }],
    ["overview", "a\0b", { overview: "ab" }],
    ["runtime", "152", { runtimeMinutes: 152 }],
    ["runtime", "152.0", { runtimeMinutes: 152 }],
    ["runtime", "null", { runtimeMinutes: null }],
    ["runtime", "", { runtimeMinutes: null }],
    ["runtime", -1, { runtimeMinutes: null }],
    ["runtime", Number.NaN, { runtimeMinutes: null }],
    ["runtime", 1e300, { runtimeMinutes: null }],
    ["adult", "True", { adult: true }],
    ["adult", true, { adult: true }],
    ["adult", "null", { adult: null }],
    ["vote_average", "11", { voteAverage: null }],
    ["tmdb_id", "1725", { tmdbId: 1725 }],
    ["release_date", "1961-02-30", { releaseDate: null, year: null }],
    ["release_date", "null", { releaseDate: null, year: null }],
    ["release_date", "", { releaseDate: null, year: null }],
    ["genres", ["Crime", "Crime", "null"], { genres: ["Crime"] }],
    ["genres", "null", { genres: [] }],
    ["title", "null", { title: "West Side Story" }],
  ])("reads %s %j", (field, value, expected) => {
    expect(parseMovieMetadata({ ...westSideStory, [field]: value })).toMatchObject(expected);
  });

  it.each([
    [null, "not_an_object"],
    ["text", "not_an_object"],
    [[], "not_an_object"],
    [{ ...westSideStory, id: 5 }, "bad_id"],
    [{ ...westSideStory, id: "" }, "bad_id"],
    [{ ...westSideStory, title: "null", original_title: null }, "no_title"],
  ])("refuses %j", (element, problem) => {
    expect(parseMovieMetadata(element)).toEqual({ problem });
  });

  it("never throws", () => {
    const value = fc.oneof(fc.anything(), fc.string(), fc.double());
    const keys = fc.constantFrom(...Object.keys(westSideStory));
    fc.assert(
      fc.property(keys, value, (key, damage) => {
        parseMovieMetadata({ ...westSideStory, [key]: damage });
        parseMovieMetadata(damage);
        parseUserMetadata(damage);
        parseUserMetadata({ user_id: 1, [key]: damage });
      }),
    );
  });
});

describe("metadataElements", () => {
  it.each([
    [westSideStory, 1],
    [[westSideStory, westSideStory], 2],
    [[], 0],
    [null, 0],
    ["too many requests", 0],
  ])("takes an object for one and a list for many", (body, count) => {
    expect(metadataElements(body)).toHaveLength(count);
  });
});

describe("parseUserMetadata", () => {
  it("reads a user, old and new", () => {
    const old = { user_id: 1, age: 34, occupation: "sales/marketing", gender: "M" };
    expect(parseUserMetadata(old)).toEqual({
      userId: 1,
      age: 34,
      gender: "M",
      occupation: "sales/marketing",
      likes: null,
      dislikes: null,
    });
    const young = {
      ...old,
      user_id: "1",
      age: "34",
      self_description_likes: "space",
      self_description_dislikes: null,
    };
    expect(parseUserMetadata(young)).toMatchObject({ userId: 1, age: 34, likes: "space" });
  });

  it.each([
    [{ user_id: -1 }, "bad_id"],
    [{ user_id: "x" }, "bad_id"],
    [[], "not_an_object"],
  ])("refuses %j", (body, problem) => {
    expect(parseUserMetadata(body)).toEqual({ problem });
  });
});
