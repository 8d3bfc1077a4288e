import { describe, expect, it } from "vitest";
import { inputsAt, strataOf } from "../analysis/inputs-fixture.ts";
import { judge } from "../analysis/judge.ts";
import { VERDICT_NAMES, verdictFigures } from "./verdict-figures.ts";

describe("the figures of a verdict", () => {
  // At twelve hours: the first look.
  const record = judge(inputsAt(12.1, { strata: strataOf(12, 2_000, 0.3, 0.36) }));
  const samples = verdictFigures(record);
  const of = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    samples.find(
      (one) =>
        one.name === name &&
        Object.entries(labels).every(([label, value]) => one.labels?.[label] === value),
    )?.value ?? NaN;

  it("are told under the names that are cleared when there is none", () => {
    expect(samples.filter(({ name }) => !VERDICT_NAMES.includes(name))).toEqual([]);
  });

  it("hold the difference of the metric that decides between the bounds of its interval", () => {
    const { metric } = record.inputs.plan;
    const difference = (bound: string) =>
      of("canarec_verdict_metric_difference", { metric, bound });
    expect(of("canarec_verdict_metric_value", { metric, track: "main" })).toBeCloseTo(0.3, 6);
    expect(of("canarec_verdict_metric_value", { metric, track: "nightly" })).toBeCloseTo(0.36, 6);
    expect(difference("estimate")).toBeCloseTo(0.06, 6);
    expect(difference("lower")).toBeLessThan(difference("estimate"));
    const width = difference("upper") - difference("lower");
    expect(width).toBeCloseTo(2 * 1.96 * (record.evidence.primary.difference?.se ?? NaN), 9);
    expect(of("canarec_verdict_primary_metric", { metric })).toBe(1);
  });

  it("name the verdict's row, its kind and its minute", () => {
    const { row, kind, at } = record.verdict;
    expect(of("canarec_verdict_row")).toBe(row);
    expect(of("canarec_verdict_kind", { kind })).toBe(1);
    const kinds = samples.filter(({ name }) => name === "canarec_verdict_kind");
    expect(kinds.reduce((sum, { value }) => sum + value, 0)).toBe(1);
    expect(of("canarec_verdict_timestamp_seconds") * 1_000).toBe(Date.parse(at));
  });

  it("give each guardrail its margin, and each kill test its threshold", () => {
    for (const { of: guardrail, margin } of record.evidence.guardrails) {
      expect(of("canarec_verdict_guardrail_margin", { guardrail })).toBe(margin);
    }
    expect(of("canarec_verdict_kill_threshold", { test: "errors" })).toBeCloseTo(
      -Math.log(record.inputs.plan.alphas.kill.errors),
      9,
    );
  });
});
