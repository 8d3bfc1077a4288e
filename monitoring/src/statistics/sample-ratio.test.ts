import gammaln from "@stdlib/math-base-special-gammaln";
import fc from "fast-check";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import {
  SAMPLE_RATIO_ALPHA,
  crossOverShare,
  fixedSampleRatio,
  logMarginals,
  logSampleRatioEvidence,
  logSampleRatioEvidenceOfSteps,
  sequentialP,
} from "./sample-ratio.ts";

const split = (counts: readonly number[], weights: readonly number[] = [1, 1]) => ({
  counts,
  weights,
});

describe("fixedSampleRatio", () => {
  it.each([
    [split([821588, 815482]), 22.774369, 1.8217929e-6],
    [split([5000, 5200]), 3.921569, 0.04767],
    [split([1000, 1150]), 10.465116, 0.0012165],
    [split([9500, 500], [0.95, 0.05]), 0, 1],
    [split([9400, 600], [0.95, 0.05]), 21.052632, 4.46839e-6],
  ])("gives the known answer of %o", (arms, chiSquared, p) => {
    const result = fixedSampleRatio(arms);
    expect(result.chiSquared).toBeCloseTo(chiSquared, 6);
    expect(Math.abs(result.p / p - 1)).toBeLessThan(2e-5);
  });

  it("counts no arm of weight 0, unless there are users in it", () => {
    expect(fixedSampleRatio(split([5000, 5200, 0], [1, 1, 0]))).toEqual(
      fixedSampleRatio(split([5000, 5200])),
    );
    expect(fixedSampleRatio(split([5000, 1], [1, 0]))).toMatchObject({ p: 0 });
    expect(logSampleRatioEvidence(split([5000, 1], [1, 0]))).toBe(Infinity);
  });

  it("finds nothing in nothing", () => {
    expect(fixedSampleRatio(split([0, 0]))).toMatchObject({ p: 1 });
    expect(logSampleRatioEvidence(split([0, 0]))).toBe(0);
  });
});

describe("sequential sample ratio", () => {
  it.each([
    [split([821588, 815482]), 8.765972],
    [split([5000, 5200]), 0.638603],
    [split([1000, 1150]), 0.828649],
    [split([9400, 600], [0.95, 0.05]), 4.713137],
  ])("gives the known evidence of %o", (arms, expected) => {
    expect(logSampleRatioEvidence(arms)).toBeCloseTo(expected, 6);
  });

  it("gives the known p", () => {
    expect(sequentialP(1, 8.765972)).toBeCloseTo(1.5595e-4, 8);
    expect(sequentialP(0.01, 0)).toBe(0.01);
    expect(sequentialP(1, -3)).toBe(1);
  });

  it("gives the reference implementation's marginals, batch after batch", () => {
    const batches = [
      [20, 17, 9],
      [18, 21, 8],
      [4, 6, 4],
      [18, 19, 11],
    ];
    const mismatch = [-7.028201, -11.947848, -15.471402, -19.964845];
    const declared = [-4.077641, -8.265947, -11.610744, -15.781031];
    let coefficient = 0;
    let sums = [0, 0, 0];
    for (const [index, batch] of batches.entries()) {
      sums = sums.map((sum, arm) => sum + (batch[arm] ?? 0));
      coefficient += gammaln(batch.reduce((sum, count) => sum + count, 0) + 1);
      for (const count of batch) coefficient -= gammaln(count + 1);
      const marginals = logMarginals(split(sums, [0.4, 0.4, 0.2]), [1, 1, 1]);
      expect(marginals.mismatch + coefficient).toBeCloseTo(mismatch[index] ?? NaN, 6);
      expect(marginals.declared + coefficient).toBeCloseTo(declared[index] ?? NaN, 6);
    }
  });

  it("adds up over steps of other weights, in any order", () => {
    const steps = [split([950, 50], [0.95, 0.05]), split([700, 300], [3, 1]), split([500, 480])];
    const sum = logSampleRatioEvidenceOfSteps(steps);
    expect(sum).toBeCloseTo(logSampleRatioEvidenceOfSteps(steps.toReversed()), 10);
    expect(sum).toBeCloseTo(
      steps.reduce((total, step) => total + logSampleRatioEvidence(step), 0),
      10,
    );
  });

  it("does not know the arms' names, nor the scale of the weights", () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), fc.integer({ min: 1, max: 99 }), (a, b, w) => {
        const evidence = logSampleRatioEvidence(split([a, b], [w, 100 - w]));
        expect(logSampleRatioEvidence(split([b, a], [100 - w, w]))).toBeCloseTo(evidence, 6);
        expect(logSampleRatioEvidence(split([a, b], [w / 7, (100 - w) / 7]))).toBeCloseTo(
          evidence,
          6,
        );
      }),
    );
  });

  it("keeps its level when looked at all the time, and sees a lost arm", () => {
    const random = xoroshiro128plus(7);
    let alarms = 0;
    for (let run = 0; run < 300; run += 1) {
      let [a, b, p] = [0, 0, 1];
      for (let look = 0; look < 50; look += 1) {
        for (let user = 0; user < 40; user += 1) {
          if (uniformFloat64(random) < 0.5) a += 1;
          else b += 1;
        }
        p = sequentialP(p, logSampleRatioEvidence(split([a, b]), 100));
      }
      if (p < 0.05) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(28); // above it, level .05 has a probability below .001
    expect(sequentialP(1, logSampleRatioEvidence(split([50_000, 47_000])))).toBeLessThan(
      SAMPLE_RATIO_ALPHA,
    );
  });
});

describe("crossOverShare", () => {
  it("is a share of the users", () => {
    expect(crossOverShare(3, 300)).toBe(0.01);
    expect(crossOverShare(0, 0)).toBe(0);
  });
});
