import { describe, expect, it } from "vitest";
import { EMPTY_HISTORY, latestEventMs } from "./packed-history.ts";

describe("latestEventMs", () => {
  it.each([
    ["nothing", EMPTY_HISTORY, undefined],
    ["what was watched", Float64Array.of(1, 9, 100, 300, NaN, NaN), 300],
    ["what was rated later", Float64Array.of(1, 9, 100, 300, 0.5, 400), 400],
    ["a rating alone", Float64Array.of(1, NaN, NaN, NaN, 0.5, 70), 70],
    ["any of the rows", Float64Array.of(1, 9, 100, 900, 1, 4, 2, 9, 5, 6, NaN, NaN), 900],
  ])("is of %s", (_of, history, latest) => {
    expect(latestEventMs(history)).toBe(latest);
  });
});
