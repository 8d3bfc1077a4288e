import { describe, expect, it } from "vitest";
import { contrastOf } from "./contrast.ts";
import { type AdjustedArms, type CovariateSums, cuped } from "./cuped.ts";
import { normal } from "./drawing.fixture.ts";
import { ratioOf } from "./ratio-metric.ts";
import { NO_USERS, type UserValues, sumsOfUsers } from "./sufficient-sums.ts";

/** Tenths, so that the known answer's values are whole. */
function tenths(x: readonly number[], y: readonly number[]): UserValues[] {
  return x.map((value, index) => ({
    x: Math.round(value * 10),
    s: Math.round((y[index] ?? 0) * 10),
    k: 1,
  }));
}

const all = (users: readonly UserValues[]): CovariateSums => ({
  known: sumsOfUsers(users),
  missing: NO_USERS,
});

function adjusted(main: CovariateSums, nightly: CovariateSums): AdjustedArms {
  const result = cuped(main, nightly);
  if (result.kind === "undefined") throw new Error(result.reason);
  return result;
}

function contrast(arms: Pick<AdjustedArms, "main" | "nightly">) {
  const result = contrastOf(arms.main, arms.nightly, "absolute");
  if (result.kind === "undefined") throw new Error(result.reason);
  return result;
}

const NIGHTLY = tenths([1, 2, 3, 4, 5, 6], [2.1, 2.9, 4.2, 5.1, 5.8, 7.2]);
const MAIN = tenths([1.5, 2.5, 3.5, 4.5, 5.5, 2.5], [2, 2.8, 3.9, 5, 5.9, 3.1]);

describe("cuped", () => {
  it("gives the known answer", () => {
    const arms = adjusted(all(MAIN), all(NIGHTLY));
    expect(arms.theta).toBeCloseTo(0.9964706, 7);
    expect(arms.missingTheta).toBe(0);
    expect(contrast(arms).value / 10).toBeCloseTo(0.600588, 6);
    expect(contrast(arms).se / 10).toBeCloseTo(0.0795083, 7);
    const [main, nightly] = [ratioOf(sumsOfUsers(MAIN)), ratioOf(sumsOfUsers(NIGHTLY))];
    if (main.kind === "undefined" || nightly.kind === "undefined") throw new Error("no ratio");
    expect(contrast({ main, nightly }).value / 10).toBeCloseTo(0.766667, 6);
    expect(contrast({ main, nightly }).se / 10).toBeCloseTo(0.971654, 6);
  });

  it("is negated by swapping the arms", () => {
    const there = contrast(adjusted(all(MAIN), all(NIGHTLY)));
    const back = contrast(adjusted(all(NIGHTLY), all(MAIN)));
    expect(there.value).toBeCloseTo(-back.value, 10);
    expect(there.se).toBeCloseTo(back.se, 10);
  });

  it("leaves ratios alone where nothing is known of anybody", () => {
    const blind = (users: readonly UserValues[]): CovariateSums => ({
      known: NO_USERS,
      missing: sumsOfUsers(users.map((user) => ({ ...user, x: 0 }))),
    });
    const arms = adjusted(blind(MAIN), blind(NIGHTLY));
    expect(arms).toMatchObject({ theta: 0, missingTheta: 0 });
    expect(arms.main).toMatchObject({ value: ratioValue(MAIN) });
  });

  it("equals least squares on X and on whether it is missing", () => {
    // Values with X = the pooled mean (4) put in by hand: one covariate is then the plain method.
    const users = [
      { s: 5, k: 2, x: 2 },
      { s: 9, k: 3, x: 6 },
      { s: 4, k: 1, x: 4 },
    ];
    const arm = { known: sumsOfUsers(users), missing: sumsOfUsers([{ s: 6, k: 2, x: 0 }]) };
    const arms = adjusted(arm, arm);
    // u − ū of (5,2) (9,3) (4,1) (6,2) with R = 3, K̄ = 2: −.5, 0, .5, 0; X − 4: −2, 2, 0, 0.
    // Σ X u = 1, Σ X² = 8; M is orthogonal to X and Σ M u = 0.
    expect(arms.theta).toBeCloseTo(1 / 8, 12);
    expect(arms.missingTheta).toBeCloseTo(0, 12);
    // Residual sum of squares .5 − 1² / 8, over n − 1 = 3, over n = 4.
    expect(arms.main.variance).toBeCloseTo((0.5 - 1 / 8) / 3 / 4, 12);
  });

  it("takes the difference of new users out", () => {
    const users = (s: number, n: number): UserValues[] =>
      Array.from({ length: n }, (_, i) => ({ s: s + (i % 2), k: 1, x: 0 }));
    // New users watch less, and nightly happens to have more of them.
    const known = (n: number) =>
      sumsOfUsers(users(100, n).map((user, i) => ({ ...user, x: 50 + (i % 3) })));
    const main = { known: known(60), missing: sumsOfUsers(users(20, 40)) };
    const nightly = { known: known(40), missing: sumsOfUsers(users(20, 60)) };
    const arms = adjusted(main, nightly);
    expect(arms.missingTheta).toBeCloseTo(-80, 1);
    expect(Math.abs(contrast(arms).value)).toBeLessThan(0.5); // 16 without
  });

  it("keeps the level and shortens the interval", () => {
    const draw = normal(99);
    let [misses, narrower] = [0, 0];
    const runs = 300;
    const arm = () =>
      Array.from({ length: 60 }, () => {
        const habit = draw();
        return {
          s: Math.round(1000 * (habit + 0.5 * draw())),
          k: 1,
          x: Math.round(1000 * (habit + 0.3 * draw())),
        };
      });
    for (let run = 0; run < runs; run += 1) {
      const [main, nightly] = [arm(), arm()];
      const { z, se } = contrast(adjusted(all(main), all(nightly)));
      if (Math.abs(z) > 1.96) misses += 1;
      const raw = [ratioOf(sumsOfUsers(main)), ratioOf(sumsOfUsers(nightly))];
      const rawVariance = raw.reduce(
        (sum, one) => sum + (one.kind === "ratio" ? one.variance : NaN),
        0,
      );
      if (se * se < rawVariance / 2) narrower += 1;
    }
    expect(misses).toBeLessThanOrEqual(28); // above it, .05 has a probability below .001
    expect(narrower).toBe(runs);
  });

  it("says why there is no answer", () => {
    expect(cuped(all([]), all(NIGHTLY))).toMatchObject({ reason: "too_few_users" });
  });
});

function ratioValue(users: readonly UserValues[]): number {
  const ratio = ratioOf(sumsOfUsers(users));
  return ratio.kind === "ratio" ? ratio.value : NaN;
}
