import { describe, expect, it } from "vitest";
import { listProblem } from "./check-answers.ts";

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe("listProblem", () => {
  const known = new Set(range(0, 100));
  const barred = new Map([
    [90, "watched"],
    [91, "rated"],
    [92, "kept_from_all"],
    [500, "watched"],
  ] as const);
  const good = range(0, 20);

  it.each([
    ["20 others", good, undefined],
    ["a movie that is not known", [...good.slice(1), 500], "movie 500 is not in the catalogue"],
    ["one twice", [...good.slice(1), 1], "a movie is listed twice"],
    ["a watched one", [...good.slice(1), 90], "movie 90 has been watched"],
    ["a rated one", [...good.slice(1), 91], "movie 91 has been rated"],
    ["one for nobody", [...good.slice(1), 92], "movie 92 is shown to nobody"],
    ["too few", good.slice(1), "19 movies instead of 20"],
    ["none", [], "0 movies instead of 20"],
  ])("says what is wrong with %s", (_, list, problem) => {
    expect(listProblem(list, { barred, known })).toBe(problem);
  });

  it("wants what is left of a small catalogue", () => {
    const few = { barred, known: new Set([...range(0, 5), 90]) };
    expect(listProblem(range(0, 5), few)).toBeUndefined();
    expect(listProblem(range(0, 4), few)).toBe("4 movies instead of 5");
  });
});
