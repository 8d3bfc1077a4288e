import { describe, expect, it } from "vitest";
import { splitsToTry } from "./choose-split.ts";

const DAY = 86_400_000;
const latestMs = 100 * DAY;
const quantileMs = 50 * DAY;
const NONE = Number.NEGATIVE_INFINITY;

describe("splitsToTry", () => {
  it.each([
    ["nothing was learned", [NONE, NONE], [99, 93, 50]],
    ["main alone has learned, long ago", [70, NONE], [70, 50]],
    ["the candidate has just learned", [70, 99.9], [99.9, 99, 93, 70, 50]],
    ["both have just learned", [99.9, 99.9], [99.9, 99, 93, 50]],
    ["both know everything", [100, 100], [99, 93, 50]],
    ["one is from the future", [101, NONE], [99, 93, 50]],
    ["main is older than the quantile", [20, 99.5], [99.5, 99, 93, 50]],
    ["both are older than the quantile", [20, 30], [30]],
  ])("begins with the latest that leaks nothing when %s", (_, days, expected) => {
    const bundles = days.map((day) => day * DAY);
    const splits = splitsToTry({ bundles, latestMs, quantileMs });
    expect(splits.map((at) => at / DAY)).toEqual(expected);
  });

  it("has one where everything began at once", () => {
    expect(splitsToTry({ bundles: [NONE], latestMs: 5, quantileMs: 5 })).toEqual([5]);
  });
});
