import { inputsAt, strataOf } from "@canarec/monitoring/analysis/inputs-fixture";
import { judge } from "@canarec/monitoring/analysis/judge";
import { describe, expect, it } from "vitest";
import { evidenceView } from "./evidence-view.ts";

const lines = (text: string) => text.split("\n").map((line) => line.replaceAll(/ {2,}/g, "  "));

describe("evidenceView", () => {
  it("shows users, estimates with intervals, tests, guardrails and what follows", () => {
    const record = judge(inputsAt(12.2, { strata: strataOf(8, 500, 0.3, 0.33) }));
    const shown = lines(evidenceView(record));
    expect(shown[0]).toBe(
      "43920 s of 43200 s evaluated; 4000 mature users on main, 4000 on nightly; |z| is held against 2.05",
    );
    // Two shares of 4,000 users: se .0104, of main's .3 3.5 %.
    expect(shown.find((line) => line.startsWith("watched_share (decides)"))).toMatch(
      /^watched_share \(decides\) {2}0\.3 {2}0\.33 {2}\+10\.0 % {2}\+3\.2 % {2}\+16\.8 %$/,
    );
    expect(shown).toContainEqual(
      expect.stringMatching(/^errors {2}0\.00 % of 10000 .*e\^0\.0 {2}e\^5\.5$/),
    );
    expect(shown).toContainEqual(expect.stringMatching(/^fallback .*passed$/));
    expect(shown.at(-1)).toContain(
      `The judge (row ${record.verdict.row}): ${record.verdict.action} – `,
    );
  });

  it("says that nothing is evaluated yet", () => {
    const record = judge(inputsAt(0, { evaluation: null, strata: [] }));
    expect(lines(evidenceView(record))[0]).toBe(
      "not evaluated yet; 0 mature users on main, 0 on nightly",
    );
  });
});
