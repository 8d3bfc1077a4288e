import { describe, expect, it } from "vitest";
import { type CalibrationPoint, LEAST_POINTS, calibrate } from "./calibration.ts";

const around = (value: number, half: number) => ({
  ...{ value, lower: value - half, upper: value + half },
});
const point = (offline: number, online: number, half = 0.001): CalibrationPoint => ({
  ...{ releaseId: 1, offline: around(offline, half), online: around(online, half) },
});

describe("calibrate", () => {
  it("counts the signs that agree, those of nothing left out", () => {
    const points = [point(0.1, 0.02), point(-0.1, -0.01), point(0.1, -0.02), point(0, 0.05)];
    const { sameSign, points: count, tooFew } = calibrate(points);
    expect(sameSign).toMatchObject({ count: 2, of: 3 });
    expect([count, tooFew]).toEqual([4, true]);
  });

  it("counts apart where both are sure", () => {
    const points = [point(0.1, 0.02), point(0.1, -0.02, 0.05), point(0.1, -0.2)];
    expect(calibrate(points).sameSignWhereSure).toMatchObject({ count: 1, of: 2 });
  });

  it("finds what foretells", () => {
    const points = Array.from({ length: LEAST_POINTS }, (_, n) => point(n / 100, n / 200 - 0.01));
    const { slope, correlation, tooFew } = calibrate(points);
    expect(tooFew).toBe(false);
    expect(slope).toMatchObject({ kind: "slope", slope: expect.closeTo(0.5, 9) as number });
    expect(correlation).toMatchObject({ rho: 1 });
  });

  it("is defined without any point", () => {
    expect(calibrate([])).toMatchObject({
      ...{ points: 0, tooFew: true, sameSign: { count: 0, of: 0, share: 0 } },
      slope: { kind: "undefined", reason: "too_few_samples" },
      correlation: { kind: "undefined", reason: "too_few_samples" },
    });
  });
});
