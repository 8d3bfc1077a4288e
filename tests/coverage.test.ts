import { describe, expect, it } from "vitest";
import { coverageTable } from "./reach/coverage-table.ts";

const reached = (covered: number, total = 10) => ({
  statements: { total, covered },
  branches: { total: 4, covered: 3 },
  functions: { total: 0, covered: 0 },
});

describe("coverageTable", () => {
  it("adds up workspaces, pure rules and all, and names the pure files that tests hardly reach", () => {
    const files = new Map([
      ["monitoring/src/statistics/welch.ts", reached(8)],
      ["monitoring/src/statistics/power.ts", reached(7)],
      ["monitoring/src/watcher/read-rows.ts", reached(0, 20)],
      ["cli/src/main.ts", reached(10)],
    ]);
    expect(coverageTable(files)).toEqual([
      "                   statements   branches  functions",
      "cli                   100.0 %     75.0 %    100.0 %",
      "monitoring             37.5 %     75.0 %    100.0 %",
      "pure rules             75.0 %     75.0 %    100.0 %",
      "all                    50.0 %     75.0 %    100.0 %",
      "below 80 %: monitoring/src/statistics/power.ts (70.0 %)",
    ]);
  });
});
