import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interactionsFrom } from "@canarec/inference/models/interactions";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { createRatingRows } from "./rating-rows.ts";
import { readRatings, starPreference } from "./read-ratings.ts";

const folders: string[] = [];

function folderOf(files: Readonly<Record<string, readonly string[]>>): string {
  const folder = mkdtempSync(join(tmpdir(), "canarec-ratings-"));
  folders.push(folder);
  for (const [name, lines] of Object.entries(files)) {
    writeFileSync(join(folder, name), lines.map((line) => `${line}\r\n`).join(""));
  }
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const MOVIES = [
  "movieId,title,genres",
  "1,Toy Story (1995),Animation|Comedy",
  "7,Sabrina (1995),Comedy",
];
const HEADER = "userId,movieId,rating,timestamp";

describe("readRatings", () => {
  it("turns ratings into rows of preferences", async () => {
    const ratings = [HEADER, "9,7,5.0,100", "9,1,0.5,90", "4,1,4.0,80", "4,99,2.5,81"];
    const data = await readRatings(folderOf({ "movies.csv": MOVIES, "ratings.csv": ratings }));
    expect(data.movies.map(({ movieId, year }) => [movieId, year])).toEqual([
      ["1", 1995],
      ["7", 1995],
      ["99", null],
    ]);
    expect(data.userIds).toEqual(["9", "4"]);
    expect(data.damaged).toBe(0);
    expect(data.interactions).toEqual(
      interactionsFrom(
        [
          { user: 0, movie: 1, preference: 1, time: 100_000 },
          { user: 0, movie: 0, preference: -0.8, time: 90_000 },
          { user: 1, movie: 0, preference: starPreference(4), time: 80_000 },
          { user: 1, movie: 2, preference: 0, time: 81_000 },
        ],
        { users: 2, movies: 3 },
      ),
    );
  });

  it("counts lines that it cannot read, and reads on", async () => {
    const broken = [
      "1,1",
      "1,1,6.0,5",
      "1,1,x,5",
      ",1,3.0,5",
      "1,1,3.0,-5",
      "1,1,3.0,5,6",
      "1,1,0,5",
    ];
    const ratings = [HEADER, ...broken, "", "1,7,3.0,5"];
    const data = await readRatings(folderOf({ "movies.csv": MOVIES, "ratings.csv": ratings }));
    expect(data.damaged).toBe(broken.length);
    expect([...data.interactions.movieOf]).toEqual([1]);
  });

  it("says which file, and which column, is not there", async () => {
    await expect(readRatings(folderOf({ "movies.csv": MOVIES }))).rejects.toThrow(
      /no ratings\.csv/,
    );
    await expect(readRatings(folderOf({}))).rejects.toThrow(/no movies\.csv/);
    const short = folderOf({ "movies.csv": MOVIES, "ratings.csv": ["userId,movieId,rating"] });
    await expect(readRatings(short)).rejects.toThrow(/lacks the column timestamp/);
  });
});

describe("createRatingRows", () => {
  it("gives the rows that interactionsFrom gives", () => {
    const row = fc.record({
      user: fc.nat(5),
      movie: fc.nat(6),
      preference: fc.constantFrom(-1, 0, 0.5, 1),
      time: fc.nat(4),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 80 }), (ratings) => {
        const rows = createRatingRows();
        for (const { user, movie, preference, time } of ratings) {
          rows.add(user, movie, preference, time);
        }
        const size = { users: 6, movies: 7 };
        expect(rows.finish(size)).toEqual(interactionsFrom(ratings, size));
      }),
    );
  });

  it("grows", () => {
    const rows = createRatingRows();
    for (let user = 0; user < 100_000; user += 1) rows.add(user, user % 7, 1, user);
    const { movieOf, times } = rows.finish({ users: 100_000, movies: 7 });
    expect(movieOf.length).toBe(100_000);
    expect([movieOf[70_003], times[99_999]]).toEqual([70_003 % 7, 99_999]);
  });
});
