import { describe, expect, it } from "vitest";
import { parsePlatformMovie } from "./platform.ts";

const WEST_SIDE_STORY = {
  id: "west+side+story+1961",
  tmdb_id: 1725,
  imdb_id: "tt0055614",
  title: "West Side Story",
  original_title: "West Side Story",
  adult: "False",
  homepage: "null",
  genres: [{ id: 80, name: "Crime" }],
  original_language: "en",
  overview: "null",
  popularity: "8.389903",
  poster_path: "/2apE.jpg",
  release_date: "1961-10-18",
  runtime: 152,
  vote_average: "7.0",
  vote_count: "399",
};

describe("parsePlatformMovie", () => {
  it("reads numbers and truths from texts, and null from its name", () => {
    expect(parsePlatformMovie(WEST_SIDE_STORY)).toEqual({
      format: "platform",
      remarks: ["empty_overview"],
      movie: {
        movieId: "west+side+story+1961",
        title: "West Side Story",
        originalTitle: "West Side Story",
        year: 1961,
        overview: null,
        language: "en",
        runtimeMinutes: 152,
        releaseDate: "1961-10-18",
        adult: false,
        tmdbId: 1725,
        imdbId: "tt0055614",
        wikipedia: null,
        posterPath: "/2apE.jpg",
        voteAverage: 7,
        voteCount: 399,
        popularity: 8.389903,
        genres: ["Crime"],
        people: [],
        tags: [],
      },
    });
  });

  it.each([
    [{ ...WEST_SIDE_STORY, id: "null,null" }, "invalid_id"],
    [{ ...WEST_SIDE_STORY, id: undefined }, "missing_id"],
    [{ ...WEST_SIDE_STORY, id: "x".repeat(257) }, "id_too_long"],
    [{ ...WEST_SIDE_STORY, title: "null", original_title: "null" }, "missing_title"],
  ])("says why %j is none", (value, reason) => {
    expect(parsePlatformMovie(value)).toMatchObject({ rejected: reason });
  });

  it("knows no tmdb id 0 and no length of 0 minutes", () => {
    expect(parsePlatformMovie({ ...WEST_SIDE_STORY, tmdb_id: 0, runtime: "0" })).toMatchObject({
      movie: { tmdbId: null, runtimeMinutes: null },
    });
  });
});
