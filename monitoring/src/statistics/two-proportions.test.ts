import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contrastOf } from "./contrast.ts";
import { ratioOf } from "./ratio-metric.ts";
import { sumsOfUsers } from "./sufficient-sums.ts";
import { newcombeInterval, pooledTest, waldInterval } from "./two-proportions.ts";

const near = (value: number, digits: number): unknown => expect.closeTo(value, digits);
const arm = (successes: number, users: number) => ({ successes, users });

describe("two proportions", () => {
  it.each([
    [arm(1000, 10000), arm(1120, 10000), 2.756415, 0.0058439],
    [arm(40, 100), arm(50, 100), 1.421338, 0.155218],
    [arm(480, 12000), arm(534, 12000), 1.732801, 0.083131],
  ])("give the known z and p of %o and %o", (main, nightly, z, p) => {
    const test = pooledTest(main, nightly);
    expect(test).toMatchObject({ z: near(z, 6), p: near(p, 6) });
  });

  it("give the known intervals", () => {
    expect(waldInterval(arm(1000, 10000), arm(1120, 10000), 0.05)).toEqual({
      lower: near(0.003469, 6),
      upper: near(0.020531, 6),
    });
    expect(newcombeInterval(arm(1000, 10000), arm(1120, 10000), 0.05)).toEqual({
      lower: near(0.003467, 6),
      upper: near(0.020537, 6),
    });
    expect(newcombeInterval(arm(40, 100), arm(50, 100), 0.05)).toEqual({
      lower: near(-0.037302, 6),
      upper: near(0.232123, 6),
    });
  });

  it("are negated by swapping the arms, and stay inside [-1, 1]", () => {
    const arbitraryArm = fc
      .tuple(fc.integer({ min: 1, max: 500 }), fc.nat(500))
      .map(([users, successes]) => arm(Math.min(users, successes), users));
    fc.assert(
      fc.property(arbitraryArm, arbitraryArm, (a, b) => {
        const there = newcombeInterval(a, b, 0.05);
        const back = newcombeInterval(b, a, 0.05);
        expect(there.lower).toBeCloseTo(-back.upper, 12);
        expect(there.upper).toBeCloseTo(-back.lower, 12);
        expect(there.lower).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(there.upper).toBeLessThanOrEqual(1 + 1e-12);
        expect(there.lower).toBeLessThanOrEqual(b.successes / b.users - a.successes / a.users);
      }),
    );
  });

  it("are the delta method where every user counts once, but for n - 1", () => {
    const values = (successes: number, users: number) =>
      sumsOfUsers(
        Array.from({ length: users }, (_, user) => ({ s: user < successes ? 1 : 0, k: 1, x: 0 })),
      );
    const [main, nightly] = [ratioOf(values(40, 100)), ratioOf(values(50, 100))];
    if (main.kind === "undefined" || nightly.kind === "undefined") throw new Error("no ratio");
    const contrast = contrastOf(main, nightly, "absolute");
    const wald = waldInterval(arm(40, 100), arm(50, 100), 0.05);
    const waldSe = (wald.upper - wald.lower) / 2 / 1.959963984540054;
    expect(contrast).toMatchObject({ se: near(waldSe * Math.sqrt(100 / 99), 12) });
  });

  it("say why there is no test", () => {
    expect(pooledTest(arm(0, 5), arm(0, 5))).toEqual({ kind: "undefined", reason: "no_variance" });
    expect(pooledTest(arm(0, 0), arm(1, 5))).toEqual({
      kind: "undefined",
      reason: "too_few_users",
    });
  });
});
