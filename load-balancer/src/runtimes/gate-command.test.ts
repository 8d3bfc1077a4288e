import { gateReportFixture } from "@canarec/inference/contract/gate-report-fixture";
import { describe, expect, it } from "vitest";
import { gateCommand, gateReportFrom } from "./gate-command.ts";

const asked = { main: "ab".repeat(32), candidate: "cd".repeat(32) };
const passed = gateReportFixture();
const ended = (exitCode: number | null, stdout: string, stderr = "") => ({
  ...{ exitCode, stdout, stderr },
});

describe("gateCommand", () => {
  it("names both bundles", () => {
    expect(gateCommand({ main: "m", candidate: "c" }).join(" ")).toBe(
      "cli/bin/canarec.mjs gate --main m --candidate c --json",
    );
  });
});

describe("gateReportFrom", () => {
  it("reads what passed and what was refused", () => {
    const refused = gateReportFixture({ verdict: "fail" });
    expect(gateReportFrom(ended(0, JSON.stringify(passed)), asked)).toEqual(passed);
    expect(gateReportFrom(ended(1, JSON.stringify(refused)), asked)).toEqual(refused);
  });

  it("knows a build that is older than the gate", () => {
    expect(gateReportFrom(ended(2, ""), asked)).toBeUndefined();
  });

  it.each([
    [
      "that failed",
      ended(1, "", "canarec: no cluster\n"),
      "its offline gate failed: canarec: no cluster",
    ],
    ["that was ended", ended(null, JSON.stringify(passed)), "it said nothing"],
    ["with another answer", ended(0, '{"verdict":"pass"}'), "it said nothing"],
    ["that is no JSON", ended(0, "passed"), "it said nothing"],
    [
      "about other bundles",
      ended(0, JSON.stringify(gateReportFixture({ candidate: passed.main }))),
      "it said nothing",
    ],
  ])("believes no gate %s", (_, how, message) => {
    expect(() => gateReportFrom(how, asked)).toThrow(message);
  });
});
