import { describe, expect, it } from "vitest";
import { standard } from "./inputs-fixture.ts";
import type { PrimaryEvidence } from "./primary-metric.ts";
import { describeDelay, describeEstimate, describeFailures, describeHarm } from "./reasons.ts";

const contrast = { main: 0.3, nightly: 0.33, value: 0.03, se: 0.01, z: 3, users: 8_000, strata: 8 };

describe("what is said of failures", () => {
  const test = { logE: 5, highestLogE: 7.25, threshold: 5.52, harm: true };
  const rare = { logRatios: [], highestLogE: 7.25 };

  it.each([
    ["errors", "failed requests"],
    ["deadline", "answers over the deadline"],
    ["lists", "invalid or short lists"],
  ] as const)("of the kind %s names them as %s", (of, name) => {
    const main = { users: 2_000, failures: 2 };
    const nightly = { users: 1_000, failures: 40 };
    expect(describeFailures({ ...test, of }, { ...rare, main, nightly })).toBe(
      `${name} of 4.00 % (40 of 1000 user-minutes) on nightly and ` +
        "0.10 % (2 of 2000 user-minutes) on main (evidence e^7.3, limit e^5.5)",
    );
  });

  it("is none of nobody", () => {
    const nobody = { users: 0, failures: 0 };
    const text = describeFailures(
      { ...test, of: "lists" },
      { ...rare, main: nobody, nightly: nobody },
    );
    expect(text).toContain("lists of none on nightly and none on main");
  });
});

describe("what is said of harm", () => {
  it("has the metric, the margin and, where there are any, both tracks", () => {
    const harm = { p: 0.000_123, harm: true };
    expect(describeHarm({ ...harm, contrast: null }, standard)).toBe(
      "watched_share is more than 10.00 % below main's (p 1.2e-4)",
    );
    expect(describeHarm({ ...harm, contrast }, standard)).toBe(
      "watched_share is more than 10.00 % below main's (p 1.2e-4): 0.3300 on nightly, 0.3000 on main",
    );
  });
});

describe("what is said of the estimate", () => {
  const primary: PrimaryEvidence = {
    users: { main: 4_100, nightly: 3_900 },
    difference: contrast,
    aboveMargin: { ...contrast, z: 4.567 },
    bound: 2.0537,
    success: "superior",
    conditionalPower: null,
  };

  it.each<[string, Partial<PrimaryEvidence>, string]>([
    [
      "at a look",
      {},
      "watched_share 0.3300 on nightly, 0.3000 on main (+10.00 %), 3900 and 4100 users; " +
        "z 3.00, above the margin of 5.00 % 4.57, bound 2.05",
    ],
    [
      "before one",
      { bound: null },
      "watched_share 0.3300 on nightly, 0.3000 on main (+10.00 %), 3900 and 4100 users; " +
        "z 3.00, above the margin of 5.00 % 4.57",
    ],
    [
      "that is a loss",
      { bound: null, difference: { ...contrast, nightly: 0.27, value: -0.03, z: -3 } },
      "watched_share 0.2700 on nightly, 0.3000 on main (−10.00 %), 3900 and 4100 users; " +
        "z -3.00, above the margin of 5.00 % 4.57",
    ],
    [
      "that is no difference",
      { bound: null, difference: { ...contrast, nightly: 0.3, value: 0, z: 0 } },
      "watched_share 0.3000 on nightly, 0.3000 on main (+0.00 %), 3900 and 4100 users; " +
        "z 0.00, above the margin of 5.00 % 4.57",
    ],
    [
      "without anything on main",
      { bound: null, difference: { ...contrast, main: 0, value: 0.33 } },
      "watched_share 0.3300 on nightly, 0.000 on main, 3900 and 4100 users; " +
        "z 3.00, above the margin of 5.00 % 4.57",
    ],
    [
      "without a difference",
      { difference: null },
      "watched_share cannot be compared yet (3900 and 4100 users)",
    ],
    [
      "without the margin's",
      { aboveMargin: null },
      "watched_share cannot be compared yet (3900 and 4100 users)",
    ],
  ])("%s", (_, change, text) => {
    expect(describeEstimate({ ...primary, ...change }, standard)).toBe(text);
  });
});

describe("what is said of the time left", () => {
  const once = { ...standard, evaluation: { ...standard.evaluation, extensionSeconds: null } };

  it.each([
    [standard, 43_199.9, 43_200, 43_199],
    [standard, 43_200, 86_400, 43_200],
    [once, 43_200, 43_200, 43_200],
  ])("%#", (plan, clock, end, over) => {
    expect(describeDelay(clock, plan, "700 and 800")).toBe(
      `Decided after ${end} s of evaluation, of which ${over} s are over; mature users: 700 and 800`,
    );
  });
});
