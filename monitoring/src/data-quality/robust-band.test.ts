import { describe, expect, it } from "vitest";
import { median, robustBand } from "./robust-band.ts";

describe("median", () => {
  it.each([
    [[7], 7],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
  ])("of %j is %d", (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it("is none of nothing", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe("robustBand", () => {
  it("is median and scaled median absolute deviation", () => {
    // Deviations from 3: 2, 1, 0, 1, 97; their median is 1.
    const { centre, spread } = robustBand([1, 2, 3, 4, 100]);
    expect(centre).toBe(3);
    expect(spread).toBeCloseTo(1.4826, 4);
  });
});
