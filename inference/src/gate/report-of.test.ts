import { describe, expect, it } from "vitest";
import { GateReport } from "../contract/gate-report.ts";
import { parseGateMargins } from "../evaluation/gate-margins.ts";
import { type Found, reportOf } from "./report-of.ts";

const bundle = { bundleId: "ab".repeat(32), highEventAt: null };
const about = { main: bundle, candidate: bundle, margins: parseGateMargins({}), seconds: 1 };
const quick = { p50Ms: 1, p99Ms: 2 };

/** Users of whom the candidate loses so much. */
function compared(loss: number): Found {
  const main = Float64Array.from({ length: 60 }, (_, user) => 0.4 + (user % 5) / 10);
  const candidate = main.map((value) => value - loss);
  return {
    measures: [{ name: "recall@20", main, candidate }],
    coverage: { main: 0.5, candidate: 0.4 },
    split: { at: "2026-01-01T00:00:00.000Z", users: 60, targets: 99, shown: 0 },
    refitted: { main: false, candidate: true },
    answers: { asked: 9, invalid: [] },
    latency: { users: 9, main: quick, candidate: quick },
  };
}

const report = (found: Found) => GateReport.parse(reportOf(found, about));

describe("reportOf", () => {
  it("says what a pass was decided by", () => {
    const { verdict, reasons, figures, candidate } = report(compared(0));
    expect(verdict).toBe("pass");
    expect(reasons).toEqual([
      "recall@20 0.6000, on main 0.6000: +0.0000 [0.0000, 0.0000]; a loss of 0.0120 would have been found",
    ]);
    expect(figures).toMatchObject([{ name: "recall@20", difference: 0, margin: 0.012 }]);
    expect(candidate.refitted).toBe(true);
  });

  it("names what a refusal was decided by, and nothing else", () => {
    expect(report(compared(0.1))).toMatchObject({
      verdict: "fail",
      reasons: [expect.stringContaining("recall@20 is 0.1000 lower") as string],
    });
    expect(report({ damage: "x".repeat(900) })).toMatchObject({
      ...{ verdict: "fail", reasons: ["x".repeat(500)], damage: "x".repeat(500), figures: [] },
      ...{ split: null, answers: null, latency: null, coverage: null },
    });
  });

  it("says why nothing was compared, unless something else speaks against it", () => {
    const answers = { asked: 3, invalid: [{ user: 5, problem: "0 movies instead of 20" }] };
    const noData = "3 users to test on, 50 are needed";
    const nothing = { noData, answers: { asked: 3, invalid: [] } };
    expect(report(nothing)).toMatchObject({ verdict: "no-data", reasons: [noData] });
    expect(report({ noData, answers })).toMatchObject({
      ...{ verdict: "fail", answers: { asked: 3, invalid: 1 } },
      reasons: ["1 of 3 answers are not valid; user 5: 0 movies instead of 20"],
    });
  });
});
