import { GATE_VERSION, type GateReport } from "./gate-report.ts";

/** A report for tests: a pass of candidate `cd…` against main `ab…`. */
export function gateReportFixture(changes: Partial<GateReport> = {}): GateReport {
  const bundle = { highEventAt: "2026-01-02T00:00:00.000Z", refitted: false };
  const quantiles = { p50Ms: 0.2, p99Ms: 0.9 };
  return {
    v: GATE_VERSION,
    verdict: "pass",
    reasons: ["ndcg@20 0.3000, on main 0.2500: +0.0500 [0.0400, 0.0600]"],
    main: { bundleId: "ab".repeat(32), ...bundle },
    candidate: { bundleId: "cd".repeat(32), ...bundle },
    margins: {
      ...{ lossShare: 0.02, level: 0.95, leastUsers: 50, coverageShare: 0.5, p99Ms: 5 },
      ...{ slowdown: 1.5, invalidAnswers: 0, seed: 1 },
    },
    split: { at: "2026-01-01T00:00:00.000Z", users: 300, targets: 900, shown: 40 },
    figures: [
      {
        ...{ name: "ndcg@20", main: 0.25, candidate: 0.3, difference: 0.05, se: 0.005 },
        ...{ lower: 0.04, upper: 0.06, margin: 0.005 },
        ...{ shareWorse: 0, shareBeyondMargin: 0, detectable: 0.0142 },
      },
    ],
    coverage: { main: 0.2, candidate: 0.25 },
    latency: { users: 300, main: quantiles, candidate: quantiles },
    answers: { asked: 300, invalid: 0 },
    damage: null,
    seconds: 2,
    ...changes,
  };
}
