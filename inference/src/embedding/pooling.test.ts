import { describe, expect, it } from "vitest";
import { cosine, pooledUnit } from "./pooling.ts";

describe("pooledUnit", () => {
  it("is the mean of the rows at length 1", () => {
    expect([...pooledUnit(Float32Array.of(1, 0, 5, 8), 2)]).toEqual(
      [3 / 5, 4 / 5].map((value) => Math.fround(value)),
    );
  });

  it.each([
    { hidden: [1, 2, 3], why: "not rows" },
    { hidden: [], why: "not rows" },
    { hidden: [0, 0], why: "length 0" },
    { hidden: [Number.NaN, 1], why: "length NaN" },
  ])("refuses $hidden", ({ hidden, why }) => {
    expect(() => pooledUnit(Float32Array.from(hidden), 2)).toThrow(why);
  });
});

describe("cosine", () => {
  it("is 1 for the same direction, 0 for a right angle, -1 for the opposite", () => {
    expect([cosine([1, 0], [1, 0]), cosine([1, 0], [0, 1]), cosine([1, 0], [-1, 0])]).toEqual([
      1, 0, -1,
    ]);
  });

  it("refuses vectors of different widths", () => {
    expect(() => cosine([1], [1, 0])).toThrow("widths 1 and 2");
  });
});
