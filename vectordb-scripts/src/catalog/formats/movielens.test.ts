import { describe, expect, it } from "vitest";
import {
  type MovieLensExtras,
  columnsFrom,
  parseLink,
  parseMovieLensLine,
  parseTag,
} from "./movielens.ts";

const columnsOf = (header: string) => {
  const found = columnsFrom(header, []);
  return "columns" in found ? found.columns : new Map<string, number>();
};
const MOVIES = columnsOf("movieId,title,genres");
const NOTHING: MovieLensExtras = { links: new Map(), tags: new Map() };

describe("parseMovieLensLine", () => {
  it("takes title and year apart, and genres", () => {
    const row = parseMovieLensLine(
      '11,"American President, The (1995)",Comedy|Drama',
      MOVIES,
      NOTHING,
    );
    expect(row).toMatchObject({
      format: "movielens",
      movie: {
        movieId: "11",
        title: "The American President",
        year: 1995,
        genres: ["Comedy", "Drama"],
        imdbId: null,
        tags: [],
      },
    });
  });

  it("adds links, and tags with the most used first", () => {
    const extras = {
      links: new Map([["1", { imdbId: "tt0114709", tmdbId: 862 }]]),
      tags: new Map([
        [
          "1",
          new Map([
            ["pixar", 1],
            ["fun", 1],
            ["toys", 2],
          ]),
        ],
      ]),
    };
    expect(parseMovieLensLine("1,Toy Story (1995),Comedy", MOVIES, extras)).toMatchObject({
      movie: {
        imdbId: "tt0114709",
        tmdbId: 862,
        tags: [
          { name: "toys", uses: 2 },
          { name: "fun", uses: 1 },
          { name: "pixar", uses: 1 },
        ],
      },
    });
  });

  it.each([
    ["1,Cosmos,(no genres listed)", []],
    ["1,Cosmos,", []],
    ["1,Cosmos,Drama|Drama", ["Drama"]],
  ])("reads the genres of %s", (line, genres) => {
    expect(parseMovieLensLine(line, MOVIES, NOTHING)).toMatchObject({ movie: { genres } });
  });

  it("takes columns in another order", () => {
    const columns = columnsOf("title,genres,movieId,extra");
    expect(parseMovieLensLine("Cosmos,Drama,7,x", columns, NOTHING)).toMatchObject({
      movie: { movieId: "7", title: "Cosmos" },
    });
  });

  it.each([
    ["1,Toy Story", "wrong_columns"],
    ["1,Toy, Story,Drama", "wrong_columns"],
    ['1,"Toy Story,Drama', "wrong_columns"],
    ['1,"Toy" Story,Drama', "wrong_columns"],
    [",Toy Story,Drama", "missing_id"],
    ["1,,Drama", "missing_title"],
  ])("says why %s is no movie", (line, reason) => {
    expect(parseMovieLensLine(line, MOVIES, NOTHING)).toMatchObject({ rejected: reason });
  });
});

describe("columnsFrom", () => {
  it("names the columns that are missing", () => {
    expect(columnsFrom("movieId,name", ["movieId", "title", "genres"])).toEqual({
      missing: ["title", "genres"],
    });
  });
});

describe("parseLink", () => {
  const columns = columnsOf("movieId,imdbId,tmdbId");
  it.each([
    ["1,0114709,862", { movieId: "1", imdbId: "tt0114709", tmdbId: 862 }],
    ["1,0114709,", { movieId: "1", imdbId: "tt0114709", tmdbId: null }],
    ["1,x,862", undefined],
    ["1,0114709", undefined],
  ])("reads %s", (line, link) => {
    expect(parseLink(line, columns)).toEqual(link);
  });
});

describe("parseTag", () => {
  const columns = columnsOf("userId,movieId,tag,timestamp");
  it.each([
    ['2,60756,"Funny, too",1445714994', { movieId: "60756", tag: "funny, too" }],
    ["2,60756,,1445714994", undefined],
    ["2,60756", undefined],
  ])("reads %s", (line, tag) => {
    expect(parseTag(line, columns)).toEqual(tag);
  });
});
