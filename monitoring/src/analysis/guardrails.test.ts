import { describe, expect, it } from "vitest";
import { NO_USERS, encodeSums, sumsOfUsers } from "../statistics/sufficient-sums.ts";
import { guardrails } from "./guardrails.ts";
import { inputsAt, tracks } from "./inputs-fixture.ts";
import type { Metric } from "./metrics.ts";
import type { TrackSums } from "./verdict-inputs.ts";

const inputs = inputsAt(12);
const nobody = { main: encodeSums(NO_USERS), nightly: encodeSums(NO_USERS) };
const guardrailOf = (of: Metric, sums: TrackSums) =>
  guardrails({ ...inputs, totals: { ...inputs.totals, [of]: sums } }).find((one) => one.of === of);

describe("the guardrails", () => {
  it("are the plan's, each with its margin", () => {
    expect(guardrails(inputs).map(({ of, margin, state }) => [of, margin, state])).toEqual([
      ["errors", 0.01, "passed"],
      ["deadline", 0.01, "passed"],
      ["lists", 0.01, "passed"],
      ["fallback", 0.01, "passed"],
      ["personalised", 0.1, "passed"],
      ["variety", 0.3, "passed"],
    ]);
  });

  // With 4,000 users a track 1.645 standard errors are .0037, .0042 and .0051.
  it.each([
    [0.01, 0.01, "passed"],
    [0.01, 0.017, "unknown"],
    [0.01, 0.03, "failed"],
    [0.03, 0.01, "passed"],
  ])("on errors of %d on main and %d on nightly: %s", (main, nightly, state) => {
    for (const of of ["errors", "deadline", "lists", "fallback"] as const) {
      expect(guardrailOf(of, tracks(4_000, main, nightly))).toMatchObject({ main, nightly, state });
    }
  });

  it.each([
    [0.9, 0.9, "passed"],
    [0.7, 0.9, "passed"],
    [0.9, 0.8, "unknown"],
    [0.9, 0.7, "failed"],
  ])("on personalised answers of %d on main and %d on nightly: %s", (main, nightly, state) => {
    expect(guardrailOf("personalised", tracks(4_000, main, nightly))?.state).toBe(state);
  });

  it("bound the difference from above at 95 %", () => {
    // .007 + 1.6449 √((.01 × .99 + .017 × .983) / 3,999)
    const upper = guardrailOf("errors", tracks(4_000, 0.01, 0.017))?.upper;
    expect(upper).toBeCloseTo(0.007 + 1.6448536 * Math.sqrt(0.026611 / 3_999), 9);
  });

  // What n users never had is rarer than 2.9957 / n: below .01 from 300 users on.
  it.each([
    [299, 0, 0, "unknown"],
    [300, 0, 0, "passed"],
    [300, 1, 1, "passed"],
    [4_000, 0, 1, "unknown"],
  ])("without variance, of %d users, %d on main and %d on nightly: %s", (...row) => {
    const [n, main, nightly, state] = row;
    const found = guardrailOf("errors", tracks(n, main, nightly));
    expect(found?.state).toBe(state);
    expect(found?.upper).toBeCloseTo(nightly - main + 2.9957323 / n, 9);
  });

  it("without variance, where more is better, count what is lost", () => {
    const lost = guardrailOf("personalised", tracks(4_000, 1, 0));
    expect(lost?.upper).toBeCloseTo(1 + 2.9957323 / 4_000, 9);
    expect(guardrailOf("personalised", tracks(4_000, 0, 1))?.state).toBe("passed");
  });

  it("know nothing of nobody", () => {
    const nothing = { state: "unknown", main: null, nightly: null, upper: null, margin: 0.01 };
    expect(guardrailOf("errors", nobody)).toEqual({ of: "errors", ...nothing });
    const some = tracks(4_000, 0, 0);
    expect(guardrailOf("errors", { ...some, main: nobody.main })?.state).toBe("unknown");
    expect(guardrailOf("errors", { ...some, nightly: nobody.nightly })?.state).toBe("unknown");
  });

  // Minutes of 100 of main's movies and, by turns, 5 more and fewer than so many of nightly's.
  it.each([
    [100, "passed"],
    [130, "passed"],
    [71, "unknown"],
    [69, "unknown"],
    [60, "failed"],
  ])("on %d different movies for a hundred of main's: %s", (movies, state) => {
    const minutes = Array.from({ length: 60 }, (_, i) => ({
      ...{ s: movies + (i % 2 === 0 ? 5 : -5), k: 100, x: 0 },
    }));
    const found = guardrails({ ...inputs, variety: encodeSums(sumsOfUsers(minutes)) }).at(-1);
    // 1.6449 × 5 / 100 / √59
    const half = (1.6448536 * 0.05) / Math.sqrt(59);
    expect(found).toMatchObject({ of: "variety", state, main: 1, margin: 0.3 });
    expect(found?.nightly).toBeCloseTo(movies / 100, 12);
    expect(found?.upper).toBeCloseTo(1 - movies / 100 + half, 9);
  });

  it("know nothing of variety without minutes", () => {
    expect(guardrails({ ...inputs, variety: nobody.main }).at(-1)).toEqual({
      ...{ of: "variety", state: "unknown", main: null, nightly: null, upper: null, margin: 0.3 },
    });
  });
});
