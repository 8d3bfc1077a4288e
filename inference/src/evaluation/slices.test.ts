import { describe, expect, it } from "vitest";
import { interactionsFrom } from "../models/interactions.ts";
import { compareSlices, measureSlice } from "./compare-slices.ts";
import { type Slice, slicesOf } from "./slices.ts";
import type { Split, TestCase } from "./split.ts";

/** Movie m is met by so many of 40 users. */
const MET = [0, 1, 2, 3, 10, 12, 40, 40];

const training = interactionsFrom(
  MET.flatMap((met, movie) =>
    Array.from({ length: met }, (_, user) => ({ user, movie, preference: 1, time: 0 })),
  ),
  { users: 40, movies: MET.length },
);
const facts = {
  years: [1994, 1999, 2000, undefined, 2001, 1994, 1994, 2019],
  genres: [["Drama"], ["War", "Drama"], [], ["War"], [], [], [], []],
};
const knownOf = (length: number) => ({
  movieOf: new Int32Array(length),
  preferences: new Float32Array(length),
  times: new Float64Array(length),
});
const caseOf = (user: number, known: number, ...targets: number[]): TestCase => ({
  user,
  known: knownOf(known),
  targets: Int32Array.from(targets),
  barred: new Int32Array(0),
});
const cases = [caseOf(0, 10, 0, 1, 4), caseOf(1, 11, 2, 3, 5), caseOf(2, 100, 6, 7)];
const split: Split = { protocol: "weak", training, cases };

function sliceNamed(name: string): Slice {
  const slice = slicesOf(split, facts).find((one) => one.name === name);
  if (slice === undefined) throw new Error(name);
  return slice;
}

describe("slicesOf", () => {
  // Of 108 meetings 21.6 are a fifth: movies met at most 10 times have 16, those met 12 times would make 28.
  it.each([
    ["cold users", [[0, 1, 4], [], []]],
    ["heavy users", [[], [], [6, 7]]],
    ["new movies", [[0, 1], [2], []]],
    ["tail", [[0, 1, 4], [2, 3], []]],
    ["1990s", [[0, 1], [5], [6]]],
    ["2000s", [[4], [2], []]],
    ["2010s", [[], [], [7]]],
    ["Drama", [[0, 1], [], []]],
    ["War", [[1], [3], []]],
  ])("%s", (name, targets) => {
    const slice = sliceNamed(name);
    expect(cases.map((one) => [...slice.targetsOf(one)])).toEqual(targets);
  });

  it("names each decade and genre once", () => {
    expect(slicesOf(split, facts).map(({ name }) => name)).toEqual([
      "cold users",
      "heavy users",
      "new movies",
      "tail",
      "1990s",
      "2000s",
      "2010s",
      "Drama",
      "War",
    ]);
  });
});

describe("compareSlices", () => {
  it("measures hits of the slice in lists of everything", () => {
    const lists = [Int32Array.of(4, 0), Int32Array.of(2, 3), Int32Array.of(6, 7)];
    const metric = "plain_recall@2";
    expect([...measureSlice({ lists }, split, sliceNamed("1990s"), metric)]).toEqual([0.5, 0, 1]);
    expect([...measureSlice({ lists }, split, sliceNamed("cold users"), metric)]).toEqual([2 / 3]);
  });

  it("compares where there are users enough, and says where not", () => {
    const many = { ...split, cases: Array.from({ length: 25 }, (_, user) => caseOf(user, 5, 6)) };
    const listsOf = (movie: number) => many.cases.map(() => Int32Array.of(movie));
    const compared = compareSlices(
      { main: { lists: listsOf(7) }, candidate: { lists: listsOf(6) } },
      many,
      ["cold users", "1990s", "heavy users"].map(sliceNamed),
      { metric: "recall@1", seed: 1 },
    );
    expect(compared).toMatchObject([
      { slice: "cold users", result: { kind: "difference", difference: 1, users: 25 } },
      { slice: "1990s", result: { kind: "difference", lower: 1, upper: 1 } },
      { slice: "heavy users", result: { kind: "too-few-users", users: 0 } },
    ]);
    expect(() => measureSlice({ lists: [] }, split, sliceNamed("tail"), "recall@1")).toThrow(
      /0 lists of 3 users/,
    );
  });
});
