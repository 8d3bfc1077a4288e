import { gateReportFixture } from "@canarec/inference/contract/gate-report-fixture";
import { describe, expect, it } from "vitest";
import { ReleaseReport } from "./control-api.ts";
import { gateView } from "./release-gate.ts";

const explained = (gate: unknown) =>
  ReleaseReport.parse({
    release: {
      ...{ releaseId: 2, ref: "v2", code: "c".repeat(40), bundleId: null, planHash: "d" },
      ...{ plan: { name: "standard" }, actor: "ann" },
    },
    rollout: { state: "warming", step: 0, window: 0 },
    ...{ transitions: [], verdict: null, gate, replicas: [] },
  });
const result = { at: "2026-01-03T04:05:06.000Z", actor: "ann", reason: "ann said --no-gate" };

describe("gateView", () => {
  it("is nothing before the gate was asked, nor of a control plane that has none", () => {
    expect(gateView(explained(null))).toEqual([]);
    expect(gateView(explained(undefined))).toEqual([]);
  });

  it("names who wanted none", () => {
    const skipped = { ...result, verdict: "skipped", report: null };
    expect(gateView(explained(skipped))).toEqual([
      "The offline gate (2026-01-03T04:05:06, ann): skipped, ann said --no-gate",
      "",
    ]);
  });

  it("has all figures", () => {
    const passed = { ...result, verdict: "pass", report: gateReportFixture() };
    const text = gateView(explained(passed)).join("\n");
    for (const part of [
      "The offline gate (2026-01-03T04:05:06, ann): pass",
      "It may go on to the canary:",
      "candidate  cdcdcdcdcdcd, events until 2026-01-02T00:00:00.000Z",
      "300 users who liked 900 movies after 2026-01-01T00:00:00.000Z",
      "ndcg@20  0.2500  0.3000     +0.0500     +0.0400    +0.0600",
      "catalogue shown     20.0 %   25.0 %",
      "every byte verified",
    ]) {
      expect(text).toContain(part);
    }
  });

  it("says what damage there is, and what was trained anew", () => {
    const report = gateReportFixture({
      ...{ verdict: "fail", reasons: ["artifact neighbours is short"], damage: "short" },
      ...{ split: null, figures: [], coverage: null, latency: null, answers: null },
      main: { ...gateReportFixture().main, refitted: true, highEventAt: null },
    });
    const text = gateView(explained({ ...result, verdict: "fail", report })).join("\n");
    expect(text).toContain("REFUSED:\n  artifact neighbours is short");
    expect(text).toContain("before the first event; trained anew on what was before the split");
    expect(text).toMatch(/bundle +DAMAGED/);
  });

  it("shows a report of a newer shape by its reason alone", () => {
    const newer = { ...result, verdict: "pass", reason: "fine", report: { v: 2 } };
    expect(gateView(explained(newer))[0]).toContain("pass, fine");
  });
});
