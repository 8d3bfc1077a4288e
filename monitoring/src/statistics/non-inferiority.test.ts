import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ArmEstimate } from "./contrast.ts";
import { type NonInferiority, type NonInferiorityPlan, nonInferiority } from "./non-inferiority.ts";

function proportion(successes: number, n: number): ArmEstimate {
  const value = successes / n;
  return { n, value, variance: (value * (1 - value)) / n };
}

const plan = (change: Partial<NonInferiorityPlan> = {}): NonInferiorityPlan => ({
  higherIs: "worse",
  margin: 0.001,
  marginScale: "absolute",
  alpha: 0.05,
  ...change,
});

function judge(
  main: ArmEstimate,
  nightly: ArmEstimate,
  change: Partial<NonInferiorityPlan> = {},
): NonInferiority {
  const result = nonInferiority(main, nightly, plan(change));
  if (result.kind === "undefined") throw new Error("undefined");
  return result;
}

describe("nonInferiority", () => {
  it("gives the known answer: not significantly worse is not non-inferior", () => {
    const result = judge(proportion(40, 20_000), proportion(46, 20_000));
    expect(result.kind).toBe("unknown");
    expect(result.difference).toBeCloseTo(0.0003, 10);
    expect(result.se).toBeCloseTo(0.00046318, 8);
    expect(Math.abs(result.z / -1.511291 - 1)).toBeLessThan(1e-6);
    expect(result.p).toBeCloseTo(0.065357, 6);
    expect(result.upper).toBeCloseTo(0.00106186, 8);
  });

  it("proves either side with enough users", () => {
    const main = proportion(4_000, 2_000_000);
    expect(judge(main, proportion(4_600, 2_000_000)).kind).toBe("non_inferior");
    expect(judge(main, proportion(7_000, 2_000_000)).kind).toBe("harm");
  });

  it("turns with the direction that is better", () => {
    const [main, nightly] = [proportion(3_000, 10_000), proportion(3_300, 10_000)];
    expect(judge(main, nightly, { margin: 0.01 }).kind).toBe("harm");
    expect(judge(main, nightly, { margin: 0.01, higherIs: "better" }).kind).toBe("non_inferior");
    expect(judge(nightly, main, { margin: 0.01, higherIs: "better" }).kind).toBe("harm");
  });

  it("takes a relative margin as a share of main's value", () => {
    const [main, nightly] = [proportion(3_000, 10_000), proportion(3_010, 10_000)];
    const result = judge(main, nightly, { margin: 0.05, marginScale: "relative" });
    expect(result.margin).toBeCloseTo(0.015, 12);
    expect(result.se).toBeCloseTo(Math.sqrt(nightly.variance + 1.05 ** 2 * main.variance), 12);
    const better = judge(main, nightly, {
      margin: 0.05,
      marginScale: "relative",
      higherIs: "better",
    });
    expect(better.se).toBeCloseTo(Math.sqrt(nightly.variance + 0.95 ** 2 * main.variance), 12);
  });

  it("never finds harm and non-inferiority at once, and never less with a wider margin", () => {
    const order = ["harm", "unknown", "non_inferior"];
    const arm = fc.integer({ min: 1, max: 999 }).map((successes) => proportion(successes, 1000));
    const margin = fc.double({ min: 0.001, max: 0.2, noNaN: true });
    fc.assert(
      fc.property(arm, arm, margin, (main, nightly, narrow) => {
        const small = judge(main, nightly, { margin: narrow });
        const large = judge(main, nightly, { margin: 2 * narrow });
        expect(order.indexOf(large.kind)).toBeGreaterThanOrEqual(order.indexOf(small.kind));
      }),
    );
  });

  it("says why there is no answer", () => {
    const none = proportion(0, 100);
    expect(nonInferiority(none, none, plan())).toMatchObject({ reason: "no_variance" });
    expect(
      nonInferiority(none, proportion(1, 100), plan({ marginScale: "relative" })),
    ).toMatchObject({ reason: "no_denominator" });
  });
});
