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
    { what: "a failed test", given: { ...summary, failed: 1 }, failures: 1 },
    { what: "a file that did not load", given: { ...summary, broken: ["x"] }, failures: 1 },
    { what: "a failed check", given: summary, checks: ["lint"], failures: 1 },
    { what: "no test", given: { ...summary, passed: 0 }, failures: 0 },
    { what: "a runner that failed otherwise", given: summary, runnerCode: 1, failures: 0 },
    { what: "a runner that wrote nothing", given: undefined, runnerCode: 134, failures: 1 },
  ])("fails for $what", ({ given, runnerCode, checks, failures }) => {
    const { lines, code } = concludeTests(given, runnerCode ?? 0, checks ?? []);
    expect(code).toBe(1);
    expect(lines.at(-1)).toBe(`${given?.passed ?? 0} passed, ${failures} failed, 0 skipped`);
  });

  it("gives the reason of every skipped test", () => {
    const skips = [{ name: "a > b", reason: "no data" }, { name: "c" }];
    const { lines, code } = concludeTests({ ...summary, skipped: 2, skips }, 0, []);
    expect(code).toBe(0);
    expect(lines.slice(0, 2)).toEqual(["skipped: a > b: no data", "skipped: c: no reason given"]);
  });
});
