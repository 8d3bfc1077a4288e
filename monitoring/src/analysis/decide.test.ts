import { describe, expect, it } from "vitest";
import { type DeclaredPolicy, type Findings, decide } from "./decide.ts";
import { successOf } from "./primary-metric.ts";

const declared: DeclaredPolicy = {
  policy: "non-inferior",
  inconclusive: "keep-main",
  invalid: "hold",
  minimumConditionalPower: 0.2,
};

/** A look at which nothing is the matter, and nothing is proven. */
const findings: Findings = {
  harm: undefined,
  noData: undefined,
  noDataForTooLong: false,
  invalid: undefined,
  tooEarly: undefined,
  success: "undecided",
  estimate: "z 1",
  unproven: [],
  canExtend: true,
  conditionalPower: 0.5,
};

/** Everything that a row can be about, at once. */
const all: Findings = {
  ...findings,
  harm: "errors",
  noData: "stale",
  invalid: "skewed",
  tooEarly: "early",
  success: "superior",
};

describe("the decision table", () => {
  it.each<[number, string, string, Findings]>([
    [1, "fail", "roll-back", all],
    [2, "no-data", "hold", { ...all, harm: undefined }],
    [3, "invalid", "hold", { ...all, harm: undefined, noData: undefined }],
    [4, "continue", "continue", { ...all, harm: undefined, noData: undefined, invalid: undefined }],
    [5, "pass", "promote", { ...findings, success: "superior" }],
    [6, "fail", "roll-back", { ...findings, success: "worse" }],
    [7, "pass", "promote", { ...findings, success: "non-inferior" }],
    [8, "inconclusive", "extend", findings],
    [9, "inconclusive", "keep-main", { ...findings, canExtend: false }],
  ])("row %d: %s, %s", (row, kind, action, seen) => {
    expect(decide(seen, declared)).toMatchObject({ row, kind, action });
  });

  it.each<[string, Findings, Partial<DeclaredPolicy>, number, string]>([
    ["power at its least", { ...findings, conditionalPower: 0.2 }, {}, 8, "extend"],
    ["power below its least", { ...findings, conditionalPower: 0.199 }, {}, 9, "keep-main"],
    ["no power", { ...findings, conditionalPower: undefined }, {}, 9, "keep-main"],
    [
      "better, a guardrail unknown",
      { ...findings, success: "superior", unproven: ["errors"] },
      {},
      8,
      "extend",
    ],
    [
      "not worse, a guardrail unknown",
      { ...findings, success: "non-inferior", unproven: ["errors"], canExtend: false },
      {},
      9,
      "keep-main",
    ],
    [
      "not worse, where better is asked",
      { ...findings, success: "non-inferior" },
      { policy: "superior" },
      8,
      "extend",
    ],
    [
      "worse, a guardrail unknown",
      { ...findings, success: "worse", unproven: ["errors"] },
      {},
      6,
      "roll-back",
    ],
    [
      "not sure, promotion declared",
      { ...findings, canExtend: false },
      { inconclusive: "promote" },
      9,
      "promote",
    ],
    [
      "not sure, promotion declared, a guardrail unknown",
      { ...findings, canExtend: false, unproven: ["lists"] },
      { inconclusive: "promote" },
      9,
      "keep-main",
    ],
    [
      "not sure, hold declared",
      { ...findings, canExtend: false },
      { inconclusive: "hold" },
      9,
      "hold",
    ],
    [
      "no data for too long",
      { ...findings, noData: "stale", noDataForTooLong: true },
      {},
      2,
      "weight-zero",
    ],
    [
      "invalid, weight zero declared",
      { ...findings, invalid: "skewed" },
      { invalid: "weight-zero" },
      3,
      "weight-zero",
    ],
  ])("%s", (...[, seen, change, row, action]) => {
    expect(decide(seen, { ...declared, ...change })).toMatchObject({ row, action });
  });

  it("gives a reason for people, of a length that the contract takes", () => {
    const { reason } = decide({ ...findings, harm: "x".repeat(5_000) }, declared);
    expect(reason).toMatch(/^Harm is proven: x+$/);
    expect(reason.length).toBeLessThanOrEqual(1_000);
  });
});

describe("success at a look", () => {
  it.each([
    [2.06, 3, "superior"],
    [2.05, 3, "superior"],
    [2.049, 2.05, "non-inferior"],
    [0, 2.049, "undecided"],
    [-2.049, -1, "undecided"],
    [-2.05, 3, "worse"],
    [-2, -2.05, "worse"],
  ])("z %d, above the margin %d: %s", (z, aboveMargin, success) => {
    expect(successOf(z, aboveMargin, 2.05)).toBe(success);
  });
});
