import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundariesOf, crossingProbabilities } from "./group-sequential.ts";
import { normalUpperQuantile } from "./normal.ts";
import {
  type Spending,
  informationFraction,
  obrienFlemingSpending,
  pocockSpending,
  spentAlphas,
} from "./spending.ts";

const equal = (looks: number) => Array.from({ length: looks }, (_, look) => (look + 1) / looks);

function bounds(information: readonly number[], spent: readonly number[]): readonly number[] {
  const result = boundariesOf(information, spent);
  if (result.kind === "undefined") throw new Error(result.reason);
  return result.bounds;
}

const spending = (fractions: readonly number[], rule: Spending) =>
  bounds(fractions, spentAlphas(rule, fractions));

function crossings(information: readonly number[], limits: readonly number[], drift: number) {
  const result = crossingProbabilities(information, limits, drift);
  if ("kind" in result) throw new Error(result.reason);
  return result;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The drift at which a fixed two-sided test of level .05 has power .8 at information 1. */
const FIXED = normalUpperQuantile(0.025) + normalUpperQuantile(0.2);

describe("boundariesOf", () => {
  it.each([
    [
      [0.5, 1],
      [2.9626, 1.9686],
    ],
    [equal(3), [3.7103, 2.5114, 1.993]],
    [equal(4), [4.3326, 2.9631, 2.359, 2.0141]],
    [equal(5), [4.8769, 3.357, 2.6803, 2.2898, 2.031]],
  ])("of O'Brien-Fleming's type at %o are the published ones", (fractions, expected) => {
    for (const [look, bound] of spending(fractions, obrienFlemingSpending(0.05)).entries())
      expect(bound).toBeCloseTo(expected[look] ?? NaN, 4);
  });

  it("of O'Brien-Fleming's type at twelve looks are the known ones", () => {
    const twelve = spending(equal(12), obrienFlemingSpending(0.05));
    // The first is closed: twice the tail at z_{α/4} √12.
    expect(twelve[0]).toBeCloseTo(7.6761, 4);
    expect(twelve[9]).toBeCloseTo(2.2986, 4);
    expect(twelve[10]).toBeCloseTo(2.1886, 4);
    expect(twelve[11]).toBeCloseTo(2.0931, 4);
  });

  it.each([
    [
      [0.5, 1],
      [2.157, 2.201],
    ],
    [equal(5), [2.438, 2.4268, 2.4102, 2.3966, 2.386]],
  ])("of Pocock's type at %o are the published ones", (fractions, expected) => {
    for (const [look, bound] of spending(fractions, pocockSpending(0.05)).entries())
      expect(bound).toBeCloseTo(expected[look] ?? NaN, 4);
  });

  it.each([
    [0.4, 2.425],
    [0.5, 2.3786],
    [2 / 3, 2.2849],
  ])("of the plan .04 then .01 at t = %d end at %d", (t, last) => {
    const [first, second] = bounds([t, 1], [0.04, 0.01]);
    expect(first).toBeCloseTo(2.0537, 4);
    expect(second).toBeCloseTo(last, 4);
  });

  it("depend on ratios of information alone, so that observed information may overshoot", () => {
    const planned = bounds([0.5, 1], [0.04, 0.01]);
    const observed = bounds([5_000, 10_000], [0.04, 0.01]);
    for (const [look, bound] of planned.entries()) expect(observed[look]).toBeCloseTo(bound, 10);
  });

  it("spend exactly what they may", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 2, maxLength: 5 }),
        fc.double({ min: 0.005, max: 0.2, noNaN: true }),
        (steps, alpha) => {
          const information = steps.map((_, look) => sum(steps.slice(0, look + 1)));
          const spent = spentAlphas(
            pocockSpending(alpha),
            information.map((value) => value / sum(steps)),
          );
          const { upper, lower } = crossings(information, bounds(information, spent), 0);
          for (const [look, share] of spent.entries()) {
            expect(upper[look]).toBeCloseTo(share / 2, 8);
            expect(lower[look]).toBeCloseTo(share / 2, 8);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it("leave a look that may spend nothing without a bound", () => {
    expect(spentAlphas(obrienFlemingSpending(0.05), [1.2, 1.5])).toEqual([
      expect.closeTo(0.05, 10),
      0,
    ]);
    expect(bounds([1, 2], [0.05, 0])).toEqual([expect.closeTo(1.959964, 6), Infinity]);
  });

  it.each([
    ["information that does not grow", [1, 1], [0.04, 0.01]],
    ["no information", [0, 1], [0.04, 0.01]],
    ["a negative alpha", [1, 2], [-0.01, 0.05]],
    ["an alpha of everything", [1, 2], [0.5, 0.5]],
    ["an alpha too few", [1, 2], [0.05]],
  ])("do not exist for %s", (_, information, spent) => {
    expect(boundariesOf(information, spent)).toEqual({ kind: "undefined", reason: "bad_looks" });
  });
});

describe("crossingProbabilities", () => {
  it("give the plan's size and power", () => {
    const plan = bounds([0.5, 1], [0.04, 0.01]);
    const none = crossings([1, 2], plan, 0);
    expect(sum(none.upper) + sum(none.lower)).toBeCloseTo(0.05, 8);
    const real = crossings([1, 2], plan, FIXED);
    expect(real.upper[0]).toBeCloseTo(0.773, 3);
    expect(sum(real.upper)).toBeCloseTo(0.954, 3);
    // Those that do not stop at 12 h take 24.
    expect(24 - 12 * ((real.upper[0] ?? 0) + (real.lower[0] ?? 0))).toBeCloseTo(14.7, 1);
  });

  it("give the power of twelve looks", () => {
    const looks = equal(12);
    const gst = crossings(looks, spending(looks, obrienFlemingSpending(0.05)), FIXED);
    expect(sum(gst.upper)).toBeCloseTo(0.784, 3);
    const bonferroni = looks.map(() => normalUpperQuantile(0.05 / 24));
    expect(sum(crossings(looks, bonferroni, FIXED).upper)).toBeCloseTo(0.561, 3);
  });

  it("give what looking hourly with a fixed test costs", () => {
    const looks = equal(12);
    const fixed = looks.map(() => normalUpperQuantile(0.025));
    const { upper, lower } = crossings(looks, fixed, 0);
    expect(sum(upper) + sum(lower)).toBeCloseTo(0.21, 2);
  });

  it("swap sides with the sign of the effect", () => {
    const there = crossings([1, 2, 5], [2.5, 2.3, 2.1], 0.7);
    const back = crossings([1, 2, 5], [2.5, 2.3, 2.1], -0.7);
    for (const look of [0, 1, 2]) expect(there.upper[look]).toBeCloseTo(back.lower[look] ?? 0, 12);
  });
});

describe("informationFraction", () => {
  it("is observed over planned, at most 1", () => {
    expect(informationFraction(0.1, 200)).toBeCloseTo(0.5, 12);
    expect(informationFraction(0.01, 200)).toBe(1);
  });
});
