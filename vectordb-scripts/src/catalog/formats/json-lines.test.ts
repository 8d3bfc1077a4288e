import { describe, expect, it } from "vitest";
import { parseJsonLine } from "./json-lines.ts";

const TOY_STORY = {
  movieId: 1,
  imdbId: "0114709",
  tmdbId: "862",
  title: "Toy Story",
  year: 1995,
  genres: ["Adventure", "Animation"],
  cast: ["Tim Allen", "Tom Hanks", "Tim Allen", "(voices)"],
  overview: "Toys come alive.",
  wikipedia: "Toy_Story",
};

describe("parseJsonLine", () => {
  it("reads a movie with numbers for its id", () => {
    expect(parseJsonLine(TOY_STORY)).toMatchObject({
      format: "jsonl",
      remarks: [],
      movie: {
        movieId: "1",
        title: "Toy Story",
        year: 1995,
        imdbId: "tt0114709",
        tmdbId: 862,
        wikipedia: "Toy_Story",
        genres: ["Adventure", "Animation"],
        people: [
          { name: "Tim Allen", role: "cast" },
          { name: "Tom Hanks", role: "cast" },
        ],
      },
    });
  });

  it.each([
    [{ id: "alien+1979", title: "Alien" }, "alien+1979"],
    [{ movie_id: "alien+1979", title: "Alien" }, "alien+1979"],
    [{ movieId: 0, title: "Alien" }, "0"],
  ])("takes the id of %j", (value, movieId) => {
    expect(parseJsonLine(value)).toMatchObject({ movie: { movieId } });
  });

  it("takes snake case, directors, writers and tags", () => {
    const row = parseJsonLine({
      id: "a",
      title: "A",
      original_title: "B",
      runtime_minutes: 90,
      release_date: "1999-01-31",
      directors: ["Ada"],
      writers: ["Bob"],
      tags: ["fun", { name: "dark", uses: 3 }, "fun"],
    });
    expect(row).toMatchObject({
      movie: {
        originalTitle: "B",
        runtimeMinutes: 90,
        releaseDate: "1999-01-31",
        people: [
          { name: "Ada", role: "director" },
          { name: "Bob", role: "writer" },
        ],
        tags: [
          { name: "fun", uses: 1 },
          { name: "dark", uses: 3 },
        ],
      },
    });
  });

  it.each([{ overview: "" }, { overview: "  " }, { overview: null }, { overview: undefined }])(
    "remarks an empty overview: %j",
    (change) => {
      expect(parseJsonLine({ ...TOY_STORY, ...change })).toMatchObject({
        remarks: ["empty_overview"],
        movie: { overview: null },
      });
    },
  );

  it.each([
    [{ movieId: undefined }, "missing_id", ""],
    [{ movieId: null }, "missing_id", ""],
    [{ movieId: 1.5 }, "invalid_id", "1.5"],
    [{ movieId: "a,b" }, "invalid_id", '"a,b"'],
    [{ movieId: "a\u0000b" }, "invalid_id", '"a\\u0000b"'],
    [{ movieId: "é".repeat(129) }, "id_too_long", "258 bytes, at most 256"],
    [{ title: null }, "missing_title", ""],
    [{ title: " " }, "missing_title", ""],
    [{ title: 300 }, "invalid_field", "title: Invalid input: expected string, received number"],
    [{ year: "1995" }, "invalid_field", "year: Invalid input: expected number, received string"],
    [{ imdbId: "nm7" }, "invalid_field", "imdbId: expected tt and digits"],
    [
      { genres: "Drama" },
      "invalid_field",
      "genres: Invalid input: expected array, received string",
    ],
  ])("says why a line with %j is no movie", (change, reason, detail) => {
    expect(parseJsonLine({ ...TOY_STORY, ...change })).toEqual({ rejected: reason, detail });
  });
});
