import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contrastOf } from "./contrast.ts";
import { normal, uniform } from "./drawing.fixture.ts";
import { ratioOf } from "./ratio-metric.ts";
import { type StratifiedArms, type Stratum, stratifiedRatio } from "./stratified.ts";
import {
  NO_USERS,
  type SufficientSums,
  type UserValues,
  mergeSums,
  sumsOfUsers,
} from "./sufficient-sums.ts";

const users = (...hits: number[]): UserValues[] => hits.map((s) => ({ s, k: 1, x: 0 }));

const hour = (main: readonly UserValues[], nightly: readonly UserValues[]) => ({
  main: sumsOfUsers(main),
  nightly: sumsOfUsers(nightly),
});

function stratified(strata: readonly Stratum<SufficientSums>[]): StratifiedArms {
  const arms = stratifiedRatio(strata);
  if (arms.kind === "undefined") throw new Error(arms.reason);
  return arms;
}

function contrast(arms: Pick<StratifiedArms, "main" | "nightly">) {
  const result = contrastOf(arms.main, arms.nightly, "absolute");
  if (result.kind === "undefined") throw new Error(result.reason);
  return result;
}

const MORNING = hour(users(0, 1, 0, 0), users(1, 0, 1, 1));
const EVENING = hour(users(1, 1, 1, 0, 1, 1), users(1, 1, 0));

const arbitraryArm = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 12 })
  .map((hits) => users(...hits));
const arbitraryHours = fc.array(fc.tuple(arbitraryArm, arbitraryArm), {
  minLength: 1,
  maxLength: 6,
});

describe("stratifiedRatio", () => {
  it("weighs the hours by n_T n_C / (n_T + n_C)", () => {
    // 4·4/8 = 2 and 6·3/9 = 2: equal weights.
    const { value } = contrast(stratified([MORNING, EVENING]));
    expect(value).toBeCloseTo((0.75 - 0.25) / 2 + (2 / 3 - 5 / 6) / 2, 12);
  });

  it("of one hour is the plain estimate", () => {
    const [main, nightly] = [ratioOf(MORNING.main), ratioOf(MORNING.nightly)];
    const arms = stratified([MORNING]);
    expect(main).toMatchObject(arms.main);
    expect(nightly).toMatchObject(arms.nightly);
  });

  it("has the variance of the pooled estimate where hours and arms are balanced", () => {
    const strata = Array.from({ length: 8 }, () => MORNING);
    const one = stratified([MORNING]);
    expect(stratified(strata).main.variance).toBeCloseTo(one.main.variance / 8, 12);
    expect(stratified(strata).main.value).toBeCloseTo(one.main.value, 12);
  });

  it("does not move when both arms of an hour rise alike", () => {
    fc.assert(
      fc.property(arbitraryHours, fc.integer({ min: 1, max: 1000 }), (hours, rise) => {
        const plain = stratified(hours.map(([main, nightly]) => hour(main, nightly)));
        const up = (arm: readonly UserValues[]) =>
          arm.map((user) => ({ ...user, s: user.s + rise }));
        const risen = stratified(
          hours.map(([main, nightly], index) =>
            index === 0 ? hour(up(main), up(nightly)) : hour(main, nightly),
          ),
        );
        expect(risen.nightly.value - risen.main.value).toBeCloseTo(
          plain.nightly.value - plain.main.value,
          8,
        );
        expect(risen.main.variance).toBeCloseTo(plain.main.variance, 8);
      }),
    );
  });

  it("does not move by an hour that one arm alone was seen in, and says so", () => {
    const lonely = { main: sumsOfUsers(users(9, 9, 9)), nightly: NO_USERS };
    const arms = stratified([MORNING, lonely, EVENING]);
    expect(arms).toEqual({ ...stratified([MORNING, EVENING]), usersLeftOut: 3 });
  });

  it("is negated by swapping the arms, and does not know the order of hours", () => {
    fc.assert(
      fc.property(arbitraryHours, (hours) => {
        const strata = hours.map(([main, nightly]) => hour(main, nightly));
        const there = stratified(strata);
        const back = stratified(
          strata.map(({ main, nightly }) => ({ main: nightly, nightly: main })).toReversed(),
        );
        expect(there.main.value).toBeCloseTo(back.nightly.value, 10);
        expect(there.nightly.variance).toBeCloseTo(back.main.variance, 10);
      }),
    );
  });

  it("is not misled by a ramp over a time of day, as pooling is", () => {
    const draw = uniform(3);
    const habit = normal(4);
    const runs = 200;
    let [stratifiedAlarms, pooledAlarms] = [0, 0];
    for (let run = 0; run < runs; run += 1) {
      const strata = [0.05, 0.25, 0.5].map((weight, step) => {
        const arms: Record<"main" | "nightly", UserValues[]> = { main: [], nightly: [] };
        for (let user = 0; user < 600; user += 1) {
          const chance = 0.2 + 0.2 * step + 0.05 * habit();
          const exposures = 1 + Math.floor(6 * draw());
          let hits = 0;
          for (let i = 0; i < exposures; i += 1) if (draw() < chance) hits += 1;
          arms[draw() < weight ? "nightly" : "main"].push({ s: hits, k: exposures, x: 0 });
        }
        return hour(arms.main, arms.nightly);
      });
      if (contrast(stratified(strata)).p < 0.05) stratifiedAlarms += 1;
      const pool = (arm: "main" | "nightly") => ratioOf(mergeSums(strata.map((one) => one[arm])));
      const [main, nightly] = [pool("main"), pool("nightly")];
      if (main.kind === "ratio" && nightly.kind === "ratio")
        if (contrast({ main, nightly }).p < 0.05) pooledAlarms += 1;
    }
    expect(stratifiedAlarms).toBeLessThanOrEqual(21); // above it, .05 has a probability below .001
    expect(pooledAlarms).toBe(runs);
  });

  it("says why there is no estimate", () => {
    expect(stratifiedRatio([])).toEqual({ kind: "undefined", reason: "no_common_stratum" });
  });
});
