import { describe, expect, it } from "vitest";
import { table } from "./table.ts";

describe("table", () => {
  it("sets numbers to the right and texts to the left", () => {
    const rows = [
      ["Alien", 1979],
      ["Les Quatre Cents Coups", 12_345],
      ["七人の侍", null],
    ];
    expect(table(["title", "year"], rows).split("\n")).toEqual([
      "title                     year",
      "Alien                    1,979",
      "Les Quatre Cents Coups  12,345",
      "七人の侍",
    ]);
  });

  it("shows the names alone where there is no row", () => {
    expect(table(["title", "year"], [])).toBe("title  year");
  });
});
