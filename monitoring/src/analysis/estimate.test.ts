import { describe, expect, it } from "vitest";
import { NO_USERS, encodeSums } from "../statistics/sufficient-sums.ts";
import { lookBounds, strataBelow, stratifiedContrast, usersOf } from "./estimate.ts";
import { inputsAt, strataOf, tracks } from "./inputs-fixture.ts";

const nobody = encodeSums(NO_USERS);
const { main } = tracks(2, 0.5, 0.5);

describe("the stratified contrast", () => {
  it("of one stratum is the plain difference", () => {
    expect(stratifiedContrast([tracks(100, 0, 0)], 1)).toBeUndefined();
    const sums = tracks(100, 0.5, 0.8);
    // v = p (1 − p) / (n − 1)
    const se = Math.sqrt(0.25 / 99 + 0.16 / 99);
    expect(stratifiedContrast([sums], 1)).toMatchObject({
      main: expect.closeTo(0.5, 12) as number,
      nightly: expect.closeTo(0.8, 12) as number,
      value: expect.closeTo(0.3, 12) as number,
      se: expect.closeTo(se, 12) as number,
      z: expect.closeTo(0.3 / se, 9) as number,
      users: 200,
      strata: 1,
    });
  });

  it("against a share of main scales main and its error", () => {
    const found = stratifiedContrast([tracks(100, 0.5, 0.8)], 0.9);
    expect(found?.value).toBeCloseTo(0.8 - 0.45, 12);
    expect(found?.se).toBeCloseTo(Math.sqrt((0.81 * 0.25) / 99 + 0.16 / 99), 12);
  });

  it("weighs strata by n_T n_C / (n_T + n_C), of both tracks alike", () => {
    const many = tracks(300, 0.5, 0.6);
    const few = { main: tracks(100, 0.1, 0).main, nightly: tracks(300, 0, 0.4).nightly };
    // weights 150 and 75, so 2/3 and 1/3
    const found = stratifiedContrast([many, few], 1);
    expect(found?.main).toBeCloseTo((2 * 0.5 + 0.1) / 3, 12);
    expect(found?.nightly).toBeCloseTo((2 * 0.6 + 0.4) / 3, 12);
    const variance = (4 / 9) * ((0.24 + 0.25) / 299) + (1 / 9) * (0.24 / 299 + 0.09 / 99);
    expect(found?.se).toBeCloseTo(Math.sqrt(variance), 12);
    expect(found).toMatchObject({ users: 1_000, strata: 2 });
  });

  it("leaves out strata that one track is not in", () => {
    const sums = tracks(100, 0.5, 0.8);
    const one = { main: nobody, nightly: main };
    const other = { main, nightly: nobody };
    expect(stratifiedContrast([one, sums, other], 1)).toEqual(stratifiedContrast([sums], 1));
    expect(stratifiedContrast([one, other], 1)).toBeUndefined();
    expect(stratifiedContrast([], 1)).toBeUndefined();
  });
});

describe("strata and users", () => {
  it("are counted from the first", () => {
    const inputs = inputsAt(12, { strata: strataOf(4, 10, 0, 0) });
    expect(strataBelow(inputs, 2).map(({ stratum }) => stratum)).toEqual([0, 1]);
    const uneven = { main: tracks(7, 0, 0).main, nightly: tracks(3, 0, 0).nightly };
    expect(usersOf([uneven, tracks(10, 0, 0)])).toEqual({ main: 17, nightly: 13 });
  });
});

describe("the bounds of the looks", () => {
  it("are those of the alphas and of the information", () => {
    // z at .02; then P(|z₁| < 2.0537, |z₂| ≥ b) = .01 with ρ² = ½, by Simpson's rule over z₁
    const [first, second] = lookBounds([0.04, 0.01], [1, 2]);
    expect(first).toBeCloseTo(2.053749, 6);
    expect(second).toBeCloseTo(2.378598, 6);
    expect(lookBounds([0.04, 0.01], [50, 100])).toEqual([first, second]);
  });

  it("are as good as one look's where the second brings no information", () => {
    const [first, second] = lookBounds([0.04, 0.01], [2, 1]);
    expect(first).toBeCloseTo(2.0537, 4);
    expect(second).toBeCloseTo(1.959964, 5); // of .05 at once
  });

  it("are out of reach where no alpha is left", () => {
    expect(lookBounds([0.6, 0.6], [1, 2])).toEqual([Infinity, Infinity]);
  });
});
