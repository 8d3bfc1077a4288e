import { describe, expect, it } from "vitest";
import { sequenceGreaterP } from "../statistics/confidence-sequence.ts";
import { normalUpperQuantile } from "../statistics/normal.ts";
import { conditionalPower } from "../statistics/power.ts";
import { lookBounds } from "./estimate.ts";
import { START_MS, inputsAt, standard, strataOf } from "./inputs-fixture.ts";
import { primaryEvidence, primaryHarm } from "./primary-metric.ts";
import type { VerdictInputs } from "./verdict-inputs.ts";

const window = { startedAtMs: START_MS, heldSeconds: 0, extended: false, firstSnapshotVersion: 5 };
const once = { ...standard, evaluation: { ...standard.evaluation, extensionSeconds: null } };

describe("harm to the primary metric", () => {
  const harmOf = (change: Partial<VerdictInputs>) => primaryHarm(inputsAt(1, change));
  const worse = strataOf(1, 1_000, 0.5, 0.3);

  it("is what a sequence tuned to the expected users says of the loss beyond its margin", () => {
    const { contrast, p, harm } = harmOf({ strata: worse });
    // .3 − .9 × .5, with variances of .21 / 999 and .81 × .25 / 999
    expect(contrast?.value).toBeCloseTo(-0.15, 12);
    expect(contrast?.se).toBeCloseTo(Math.sqrt((0.21 + 0.81 * 0.25) / 999), 12);
    const look = { value: 0.15, se: contrast?.se ?? 0, users: 2_000 };
    const told = sequenceGreaterP(look, { alpha: 0.002, tuningUsers: 8_000 });
    expect(p / told).toBeCloseTo(1, 9);
    expect(harm).toBe(true);
    const alone = harmOf({ strata: worse, expectation: null });
    // four times 500 users a track
    const untold = sequenceGreaterP(look, { alpha: 0.002, tuningUsers: 2_000 });
    expect(alone.p / untold).toBeCloseTo(1, 9);
  });

  it("is none of a build that is better, or only as much worse as it may be", () => {
    expect(harmOf({ strata: strataOf(1, 1_000, 0.5, 0.6) })).toMatchObject({ p: 1, harm: false });
    expect(harmOf({ strata: strataOf(1, 1_000, 0.5, 0.45) })).toMatchObject({ p: 1, harm: false });
  });

  it.each([
    [99, 1],
    [100, 0],
  ])("is looked for from 100 users a track on: of %d", (n, found) => {
    const harm = harmOf({ strata: strataOf(1, n, 1, 0.01) });
    expect(harm.contrast).not.toBeNull();
    expect(harm.p).toBeCloseTo(found, 5);
    const few = strataOf(1, n, 1, 0.01);
    const many = strataOf(1, 1_000, 1, 0.01);
    const uneven = few.map((one, at) => ({ ...one, main: many[at]?.main ?? one.main }));
    expect(harmOf({ strata: uneven }).p).toBeCloseTo(found, 5);
  });

  it.each([
    [0.002, true],
    [0.002_1, false],
  ])("was proven once its least p was %d: %s", (p, harm) => {
    const past = { lowestP: { "primary harm": p }, noDataSince: null };
    expect(harmOf({ past })).toMatchObject({ p, harm });
    expect(harmOf({ past, strata: [] })).toEqual({ contrast: null, p, harm });
    expect(harmOf({ past, strata: worse }).p).toBeLessThan(0.001);
  });
});

describe("evidence on the primary metric", () => {
  const at = (look: 0 | 1 | 2, change: Partial<VerdictInputs> = {}) =>
    primaryEvidence(inputsAt(12, change), window, look);

  it("is of all mature users before a look, and says nothing yet", () => {
    const strata = strataOf(11, 100, 0.3, 0.9);
    const early = { bound: null, success: "undecided", conditionalPower: null };
    expect(at(0, { strata })).toMatchObject({ ...early, users: { main: 1_100, nightly: 1_100 } });
    expect(primaryEvidence(inputsAt(12, { strata }), undefined, 1)).toMatchObject(early);
    expect(at(1, { strata }).users).toEqual({ main: 800, nightly: 800 });
    expect(at(1, { strata: [] })).toEqual({
      ...early,
      users: { main: 0, nightly: 0 },
      difference: null,
      aboveMargin: null,
    });
  });

  it("holds nightly against main, and against main less the margin", () => {
    const { difference, aboveMargin } = at(1, { strata: strataOf(8, 500, 0.3, 0.3) });
    expect(difference?.value).toBeCloseTo(0, 12);
    expect(aboveMargin?.value).toBeCloseTo(0.05 * 0.3, 12);
  });

  it("foretells the second look by what was expected, or by as many users an hour", () => {
    const strata = strataOf(8, 500, 0.3, 0.31);
    const { difference, aboveMargin, conditionalPower: expected } = at(1, { strata });
    const information = 1 / (difference?.se ?? 0) ** 2;
    const of = (z: number | undefined, fraction: number) => {
      const [, finalBound] = lookBounds([0.04, 0.01], [fraction, 1]);
      return conditionalPower({ z: z ?? 0, fraction, finalBound });
    };
    expect(information).toBeCloseTo((8 * 499) / (0.21 + 0.2139), 6);
    expect(expected).toBeCloseTo(of(aboveMargin?.z, information / 40_000), 9);
    const alone = at(1, { strata, expectation: null }).conditionalPower;
    expect(alone).toBeCloseTo(of(aboveMargin?.z, 8 / 20), 9);
    const superior = { ...standard, policy: "superior" as const };
    const better = at(1, { strata, expectation: null, plan: superior }).conditionalPower;
    expect(better).toBeCloseTo(of(difference?.z, 8 / 20), 9);
  });

  it("foretells nothing where nothing is extended, or at the last look", () => {
    expect(at(1, { plan: once }).conditionalPower).toBeNull();
    expect(at(2, { strata: strataOf(20, 100, 0.3, 0.3) }).conditionalPower).toBeNull();
  });

  it("leaves the first look's alpha unspent where it could test nothing", () => {
    const late = strataOf(20, 200, 0.3, 0.3).slice(8);
    // z of ½ × .01 / .96: of 100 paths the first look would have ended four
    expect(at(2, { strata: late }).bound).toBeCloseTo(normalUpperQuantile(0.005 / 0.96), 3);
  });
});
