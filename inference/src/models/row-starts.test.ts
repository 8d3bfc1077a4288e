import { describe, expect, it } from "vitest";
import { placesByRow, rowStarts } from "./row-starts.ts";

describe("rowStarts", () => {
  it.each([
    { rowOf: [], rows: 0, starts: [0] },
    { rowOf: [], rows: 2, starts: [0, 0, 0] },
    { rowOf: [2, 0, 2, 0, 0], rows: 4, starts: [0, 3, 3, 5, 5] },
    { rowOf: [-1, 1, -1], rows: 2, starts: [0, 0, 1] },
  ])("of $rowOf in $rows rows", ({ rowOf, rows, starts }) => {
    expect([...rowStarts(rowOf, rows)]).toEqual(starts);
  });
});

describe("placesByRow", () => {
  it("names each row's entries in their order, and those of no row nowhere", () => {
    const { starts, places } = placesByRow(Int32Array.of(1, -1, 0, 1, 0), 3);
    expect([...starts]).toEqual([0, 2, 4, 4]);
    expect([...places]).toEqual([2, 4, 0, 3]);
  });
});
