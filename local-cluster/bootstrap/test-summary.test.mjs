import { describe, expect, it } from "vitest";
import { concludeTests } from "./test-summary.mjs";

const summary = { passed: 3, failed: 0, skipped: 0, skips: [], broken: [] };

describe("concludeTests", () => {
  it("passes where every test did", () => {
    expect(concludeTests(summary, 0, [])).toEqual({
      lines: ["3 passed, 0 failed, 0 skipped"],
      code: 0,
    });
  });

  it.each([
    ["a failed test", { ...summary, failed: 1 }, 1, [], "3 passed, 1 failed, 0 skipped"],
    [
      "a file that did not load",
      { ...summary, broken: ["x"] },
      1,
      [],
      "3 passed, 1 failed, 0 skipped",
    ],
    ["a failed check", summary, 0, ["lint"], "3 passed, 1 failed, 0 skipped"],
    ["no test", { ...summary, passed: 0 }, 0, [], "0 passed, 0 failed, 0 skipped"],
    ["a runner that failed otherwise", summary, 1, [], "3 passed, 0 failed, 0 skipped"],
    ["a runner that wrote nothing", undefined, 134, [], "0 passed, 1 failed, 0 skipped"],
  ])("fails for %s", (_what, given, runnerCode, checks, last) => {
    const { lines, code } = concludeTests(given, runnerCode, checks);
    expect(code).toBe(1);
    expect(lines.at(-1)).toBe(last);
  });

  it("gives the reason of every skipped test", () => {
    const skips = [{ name: "a > b", reason: "no data" }, { name: "c" }];
    const { lines, code } = concludeTests({ ...summary, skipped: 2, skips }, 0, []);
    expect(code).toBe(0);
    expect(lines.slice(0, 2)).toEqual(["skipped: a > b: no data", "skipped: c: no reason given"]);
  });
});
