import { gateReportFixture } from "@canarec/inference/contract/gate-report-fixture";
import { describe, expect, it } from "vitest";
import { SubmittedGate, submittedGate } from "./submitted-gate.ts";

const at = new Date(0);
const main = { bundleId: "ab".repeat(32) };
const bundle = "cd".repeat(32);
const report = gateReportFixture();
const submission = { bundle, emergency: false, actor: "ann" };
const given = (changes: Parameters<typeof gateReportFixture>[0] = {}) => ({
  ...submission,
  gate: { kind: "report" as const, report: gateReportFixture(changes) },
});

describe("submittedGate", () => {
  it("keeps a report that passed, or had no data, with who brought it", () => {
    const stored = { at, verdict: "pass", actor: "ann", reason: report.reasons[0], report };
    expect(submittedGate(given(), main, at)).toEqual(stored);
    expect(submittedGate(given({ verdict: "no-data" }), main, at)?.verdict).toBe("no-data");
  });

  it("refuses what the gate refused, with all its reasons", () => {
    const reasons = ["recall@20 is 0.1 lower", "its lists are late"];
    expect(() => submittedGate(given({ verdict: "fail", reasons }), main, at)).toThrow(
      "the offline gate refuses it: recall@20 is 0.1 lower; its lists are late",
    );
  });

  it("refuses a report about other bundles", () => {
    const other = { ...given(), bundle: "ef".repeat(32) };
    expect(() => submittedGate(other, main, at)).toThrow("about another bundle");
    expect(() => submittedGate({ ...given(), bundle: undefined }, main, at)).toThrow("another");
    expect(() => submittedGate(given(), { bundleId: bundle }, at)).toThrow("is not main's");
    expect(() => submittedGate(given(), undefined, at)).toThrow("is not main's");
  });

  it("keeps who wanted no gate, and asks none of an emergency", () => {
    const gate = { kind: "skipped" as const, reason: "ann said --no-gate" };
    expect(submittedGate({ ...submission, gate }, main, at)).toMatchObject({
      ...{ verdict: "skipped", actor: "ann", reason: "ann said --no-gate", report: null },
    });
    expect(submittedGate({ ...submission, emergency: true }, main, at)?.verdict).toBe("skipped");
  });

  it("leaves the rest to the preparation", () => {
    expect(submittedGate(submission, main, at)).toBeUndefined();
  });
});

describe("SubmittedGate", () => {
  const parse = (value: unknown) => SubmittedGate.safeParse(value).success;

  it.each([
    ["a report", { kind: "report", report }, true],
    [
      "too many reasons",
      { kind: "report", report: { ...report, reasons: Array(21).fill("x") } },
      false,
    ],
    ["no reason", { kind: "report", report: { ...report, reasons: [] } }, false],
    ["a long reason", { kind: "report", report: { ...report, reasons: ["x".repeat(501)] } }, false],
    ["an unknown field", { kind: "report", report: { ...report, extra: 1 } }, false],
    [
      "a verdict that is none",
      { kind: "report", report: { ...report, verdict: "skipped" } },
      false,
    ],
    ["a number that is none", { kind: "report", report: { ...report, seconds: null } }, false],
    ["no reason for skipping", { kind: "skipped", reason: "" }, false],
    ["neither", { kind: "pass" }, false],
  ])("knows %s", (_, value, valid) => {
    expect(parse(value)).toBe(valid);
  });
});
