import { describe, expect, it } from "vitest";
import { plotDays } from "./plot-days.ts";

describe("plotDays", () => {
  const rising = { name: "rising", values: [0, 0.5, 1] };
  const falling = { name: "falling", values: [1, 0.5, 0] };

  it("draws each line with its own number and says whose it is", () => {
    const plot = plotDays("Gini", [rising, falling]);
    const rows = plot.split("\n");
    expect(rows[0]).toContain("Gini");
    expect(rows.at(-1)).toBe("1 rising, 2 falling");
    const drawn = rows.slice(1, -1).filter((row) => /[12]$/.test(row) && row.includes("┤"));
    // The first row of points has the largest values: line 2 on the first day, line 1 on the last.
    expect(drawn[0]).toMatch(/2 +1$/);
    expect(drawn.at(-1)).toMatch(/1 +2$/);
  });

  it("refuses more lines than there are digits", () => {
    expect(() =>
      plotDays(
        "many",
        Array.from({ length: 10 }, () => rising),
      ),
    ).toThrow(RangeError);
  });
});
