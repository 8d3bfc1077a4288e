import fc from "fast-check";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { describe, expect, it } from "vitest";
import { binomialUpperTail, fairCoinTwoSided, logTruncatedBetaEvidence } from "./exact-binomial.ts";
import {
  type FailureCounts,
  addInterval,
  alternativesOf,
  logEvidence,
  logEvidenceOf,
  provesHarm,
  startMixture,
} from "./grid-mixture.ts";

const counts = (nightly: [number, number], main: [number, number]): FailureCounts => ({
  nightlyFailures: nightly[0],
  nightlyExposures: nightly[1],
  mainFailures: main[0],
  mainExposures: main[1],
});

describe("the grid mixture", () => {
  it.each([
    [1, [counts([3, 1000], [3, 1000])], -1.3799999408],
    [1, [counts([10, 1000], [2, 1000])], 2.1704929085],
    [1.2, [counts([2, 150], [19, 2850]), counts([9, 1500], [8, 1500])], -1.9098756689],
  ])("at ratio %d gives the known evidence of %o", (ratio, steps, expected) => {
    expect(logEvidenceOf(ratio, steps)).toBeCloseTo(expected, 9);
  });

  it("mixes over 64 ratios from 5 % to 64 times above the margin", () => {
    const thetas = alternativesOf(1.2);
    expect(thetas).toHaveLength(64);
    expect(thetas[0]).toBeCloseTo(1.26, 12);
    expect(thetas[63]).toBeCloseTo(76.8, 10);
  });

  it("gives minute by minute what it gives of the step's totals", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 30 }), (minutes) => {
        const intervals = minutes.map(([x, y]) => counts([x, 10], [y, 90]));
        const total = intervals.reduce(
          (sum, part) =>
            counts(
              [sum.nightlyFailures + part.nightlyFailures, sum.nightlyExposures + 10],
              [sum.mainFailures + part.mainFailures, sum.mainExposures + 90],
            ),
          counts([0, 0], [0, 0]),
        );
        const incremental = logEvidence(intervals.reduce(addInterval, startMixture(1.2)));
        expect(incremental).toBeCloseTo(logEvidenceOf(1.2, [total]), 8);
        expect(logEvidenceOf(1.2, intervals.toReversed())).toBeCloseTo(incremental, 8);
      }),
    );
  });

  it("does not expect evidence where there is no harm", () => {
    // E[e] of one interval with 12 failures, summed over all its outcomes, at the margin itself.
    const [exposures, failures, ratio] = [1000, 12, 1.2];
    const p = ratio / (ratio + 1);
    let expected = 0;
    for (let x = 0; x <= failures; x += 1) {
      const probability = binomialUpperTail(x, failures, p) - binomialUpperTail(x + 1, failures, p);
      const logE = logEvidenceOf(ratio, [counts([x, exposures], [failures - x, exposures])]);
      expected += probability * Math.exp(logE);
    }
    expect(expected).toBeCloseTo(1, 10);
  });

  it("alarms as often as it may and not more, however often one looks", () => {
    const random = xoroshiro128plus(20_241);
    const runs = 400;
    let alarms = 0;
    let caught = 0;
    const failuresOf = (exposures: number, rate: number) => {
      let failures = 0;
      for (let i = 0; i < exposures; i += 1) if (uniformFloat64(random) < rate) failures += 1;
      return failures;
    };
    const everAlarms = (nightlyRate: number) => {
      let mixture = startMixture(1.2);
      for (let minute = 0; minute < 60; minute += 1) {
        const [t, c] = minute < 20 ? [5, 95] : [50, 50];
        mixture = addInterval(
          mixture,
          counts([failuresOf(t, nightlyRate), t], [failuresOf(c, 0.05), c]),
        );
        if (provesHarm(logEvidence(mixture), 0.05)) return true;
      }
      return false;
    };
    for (let run = 0; run < runs; run += 1) {
      if (everAlarms(0.06)) alarms += 1; // exactly the margin
      if (run < 40 && everAlarms(0.25)) caught += 1;
    }
    // A test of level .05 exceeds 33 of 400 with a probability below .001.
    expect(alarms).toBeLessThanOrEqual(33);
    expect(caught).toBe(40);
  });

  it("learns nothing from an interval with one arm alone", () => {
    const before = startMixture(1.2);
    expect(addInterval(before, counts([0, 0], [5, 100]))).toEqual(before);
    expect(addInterval(before, counts([5, 100], [0, 0]))).toEqual(before);
  });

  it.each([
    ["more failures than exposures", counts([3, 2], [0, 10])],
    ["a negative count", counts([0, 2], [-1, 10])],
    ["a fraction", counts([0.5, 2], [0, 10])],
  ])("refuses %s", (_, bad) => {
    expect(() => addInterval(startMixture(1.2), bad)).toThrow(/whole numbers/);
  });

  it("refuses a margin of nothing", () => {
    expect(() => startMixture(0)).toThrow(/positive/);
  });
});

describe("the exact binomial", () => {
  it.each([
    [10, 12, 0.5, 2.2450152412],
    [46, 86, 0.5, -1.4111394],
    [90, 130, 0.5, 8.2675324],
    [9, 11, 0.05, 20.6232305],
  ])("gives the closed form's evidence of %d of %d at %d", (x, n, limit, expected) => {
    expect(Math.abs(logTruncatedBetaEvidence(x, n, limit) / expected - 1)).toBeLessThan(5e-8);
  });

  it("gives the fixed-sample p", () => {
    expect(binomialUpperTail(46, 86, 0.5)).toBeCloseTo(0.295018, 6);
    expect(binomialUpperTail(0, 5, 0.3)).toBe(1);
    expect(binomialUpperTail(6, 5, 0.3)).toBe(0);
  });

  it("gives the sign test's p", () => {
    expect(fairCoinTwoSided(60, 100)).toBeCloseTo(0.056888, 6);
    expect(fairCoinTwoSided(40, 100)).toBeCloseTo(0.056888, 6);
    expect(fairCoinTwoSided(50, 100)).toBe(1);
  });
});
