import { describe, expect, it } from "vitest";
import { parseMetrics, total, valuesOf } from "./parse-metrics.ts";

const samples = parseMetrics(`# HELP a_total Things
# TYPE a_total counter
a_total{kind="x",place="b\\"c}"} 3
a_total{kind="y"} 4.5
a_total{kind="x"} 1e2 1700000000

age NaN
most +Inf
no number
`);

describe("parseMetrics", () => {
  it("reads names, labels and values, and nothing else", () => {
    expect(samples.get("a_total")?.[0]).toEqual({
      labels: { kind: "x", place: 'b\\"c}' },
      value: 3,
    });
    expect(valuesOf(samples, "most")).toEqual([Infinity]);
    expect(valuesOf(samples, "age")).toEqual([NaN]);
    expect([...samples.keys()]).toEqual(["a_total", "age", "most", "no"]);
  });

  it("adds up what has the labels", () => {
    expect(total(samples, "a_total", { kind: "x" })).toBe(103);
    expect(total(samples, "a_total")).toBe(107.5);
    expect(total(samples, "b_total")).toBe(0);
  });
});
