import { describe, expect, it } from "vitest";
import { longestPeriodMs, nextRuns } from "./job-times.ts";

const HOUR_MS = 3_600_000;

describe("longestPeriodMs", () => {
  it.each([
    ["* * * * * *", 1_000],
    ["7 * * * *", HOUR_MS],
    ["23 4 * * *", 24 * HOUR_MS],
    ["0 3 * * 1-5", 3 * 24 * HOUR_MS],
    ["0 3,4 * * *", 23 * HOUR_MS],
    ["0 0 1 * *", 31 * 24 * HOUR_MS],
  ])("of %s is %d ms", (schedule, ms) => {
    expect(longestPeriodMs(schedule)).toBe(ms);
  });
});

describe("nextRuns", () => {
  it("gives times of UTC", () => {
    const [next] = nextRuns("23 4 * * *", 1);
    expect([next?.getUTCHours(), next?.getUTCMinutes()]).toEqual([4, 23]);
    expect(next?.getTime()).toBeGreaterThan(Date.now());
  });
});
