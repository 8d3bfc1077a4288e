import { describe, expect, it } from "vitest";
import { preferenceTest } from "./interleaving.ts";

describe("preferenceTest", () => {
  it("gives the known answer", () => {
    const test = preferenceTest({ nightly: 60, main: 40, ties: 20 });
    if (test.kind === "undefined") throw new Error(test.reason);
    expect(test.p).toBeCloseTo(0.056888, 6);
    expect(test.z).toBeCloseTo(2, 12);
    expect(test.difference).toBeCloseTo(0.166667, 6);
  });

  it("is negated by swapping the arms", () => {
    const there = preferenceTest({ nightly: 7, main: 3, ties: 1 });
    const back = preferenceTest({ nightly: 3, main: 7, ties: 1 });
    if (there.kind === "undefined" || back.kind === "undefined") throw new Error("undefined");
    expect(there.difference).toBe(-back.difference);
    expect(there.p).toBe(back.p);
  });

  it("needs a user with a preference", () => {
    expect(preferenceTest({ nightly: 0, main: 0, ties: 9 })).toMatchObject({
      reason: "too_few_users",
    });
  });
});
