import { gateReportFixture } from "@canarec/inference/contract/gate-report-fixture";
import { describe, expect, it } from "vitest";
import { calibrationPoint } from "./calibration-points.ts";

const row = {
  ...{ releaseId: 3, at: new Date(0), state: "promoted" },
  report: gateReportFixture(), // .25 on main, .05 more, from .04 to .06
  contrast: { main: 0.1, nightly: 0.104, value: 0.004, se: 0.001, z: 4, users: 9, strata: 1 },
};

describe("calibrationPoint", () => {
  it("relates both differences to main", () => {
    const point = calibrationPoint(row);
    expect(point?.releaseId).toBe(3);
    expect(point?.offline.value).toBeCloseTo(0.2, 12);
    expect(point?.offline.lower).toBeCloseTo(0.16, 12);
    expect(point?.offline.upper).toBeCloseTo(0.24, 12);
    expect(point?.online.value).toBeCloseTo(0.04, 12);
    expect(point?.online.lower).toBeCloseTo(0.0204, 12);
    expect(point?.online.upper).toBeCloseTo(0.0596, 12);
  });

  it.each([
    ["the gate compared nothing", { report: gateReportFixture({ figures: [] }) }],
    ["the report is of another shape", { report: { v: 2 } }],
    ["nobody on main watched", { contrast: { ...row.contrast, main: 0 } }],
    ["there is no contrast", { contrast: null }],
  ])("is none where %s", (_, changes) => {
    expect(calibrationPoint({ ...row, ...changes })).toBeUndefined();
  });
});
