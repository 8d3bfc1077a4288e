import type { GateResult } from "@canarec/db-utils/releases/gate-repository";
import type { Release } from "@canarec/db-utils/releases/release-repository";
import type { GateReport } from "@canarec/inference/contract/gate-report";
import { gateReportFixture } from "@canarec/inference/contract/gate-report-fixture";
import { describe, expect, it } from "vitest";
import { askGate } from "./ask-gate.ts";

const MAIN = "ab".repeat(32);
const CANDIDATE = "cd".repeat(32);

interface World {
  readonly known?: GateResult;
  readonly mainBundle?: string | null;
  readonly report?: GateReport | undefined;
}

function open({ known, mainBundle = MAIN, report }: World) {
  const asked: unknown[] = [];
  const written: GateResult[] = [];
  const main = { bundleId: mainBundle } as Release;
  const release = { releaseId: 2, code: "c".repeat(40) } as Release;
  const parts = {
    runtime: {
      runGate: async (code: string, bundles: object) => {
        asked.push({ code, ...bundles });
        return report;
      },
    },
    releases: { mains: async () => [main] },
    gates: {
      find: async () => known,
      write: async (_: number, result: GateResult) => void written.push(result),
    },
    nowMs: () => 5,
  };
  const signal = new AbortController().signal;
  return { asked, written, ask: () => askGate(release, CANDIDATE, parts, signal) };
}

describe("askGate", () => {
  it("asks the build's own gate, and stores what it says", async () => {
    const report = gateReportFixture();
    const { ask, asked, written } = open({ report });
    expect(await ask()).toMatchObject({ verdict: "pass", actor: "controller", report });
    expect(asked).toEqual([{ code: "c".repeat(40), main: MAIN, candidate: CANDIDATE }]);
    expect(written).toMatchObject([{ verdict: "pass", reason: report.reasons[0] }]);
  });

  it("stores a refusal before it refuses, and refuses again when asked again", async () => {
    const report = gateReportFixture({ verdict: "fail", reasons: ["worse"] });
    const { ask, written } = open({ report });
    await expect(ask()).rejects.toThrow("the offline gate refuses it: worse");
    expect(written).toMatchObject([{ verdict: "fail", report }]);
    const [known] = written;
    if (known === undefined) throw new Error("nothing was written");
    const again = open({ known });
    await expect(again.ask()).rejects.toThrow("refuses it: worse");
    expect(again.asked).toEqual([]);
  });

  it.each<[string, World, Partial<GateResult>]>([
    ["main has no bundle", { mainBundle: null }, { verdict: "skipped" }],
    ["it is main's own bundle", { mainBundle: CANDIDATE }, { verdict: "skipped" }],
    ["the build has no gate", { report: undefined }, { verdict: "no-data", report: null }],
  ])("goes on where %s, and says so", async (_, world, expected) => {
    const { ask, written } = open(world);
    expect(await ask()).toMatchObject(expected);
    expect(written).toMatchObject([expected]);
  });

  it("asks nothing where a result was submitted", async () => {
    const known: GateResult = {
      ...{ at: new Date(0), verdict: "skipped", actor: "ann", reason: "no", report: null },
    };
    const { ask, asked, written } = open({ known });
    expect(await ask()).toEqual(known);
    expect([asked, written]).toEqual([[], []]);
  });
});
