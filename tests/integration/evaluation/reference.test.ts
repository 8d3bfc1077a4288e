import { existsSync } from "node:fs";
import path from "node:path";
import type { EvaluationReport } from "@canarec/cli/evaluate/evaluation-report";
import { REFERENCE_ROWS, compareRow } from "@canarec/cli/evaluate/reference-rows";
import { describe, expect, it } from "vitest";
import { canarecJson } from "../cli/canarec.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const FOLDERS = [process.env["CANAREC_DATA"] ?? "data", "../shared/data"];
const folder = FOLDERS.map((name) => path.resolve(ROOT, name, "ml-latest-small")).find((place) =>
  existsSync(path.join(place, "ratings.csv")),
);

/** Two-sided, of a normal variable: one figure in a thousand is further away by chance. */
const Z_OF_999 = 3.2905;
const TIMEOUT_MS = 300_000;

/**
 * The short form of `canarec evaluate --reference`: the models that are fitted within seconds, on one split of each
 * protocol; the others' rows are in docs/quality.md.
 */
const SHORT = [
  ["weak", "popularity,item_knn,rp3beta"],
  ["leave-one-out", "popularity,item_knn,rp3beta"],
  ["strong", "popularity,item_knn,rp3beta"],
  ["gorse", "popularity"],
] as const;

if (folder === undefined) {
  process.stderr.write(
    "quality is not compared: ml-latest-small not found; CANAREC_DATA names its folder\n",
  );
}

describe.skipIf(folder === undefined)("reference figures", () => {
  it.each(SHORT)("%s: %s are reproduced", { timeout: TIMEOUT_MS }, async (protocol, models) => {
    const report = await evaluate(protocol, models);
    const rows = REFERENCE_ROWS.filter(
      (row) => row.protocol === protocol && models.split(",").includes(row.model),
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const measured = report.models.find(({ name }) => name === row.model)?.means[row.metric];
      if (measured === undefined) throw new Error(`no ${row.metric} of ${row.model}`);
      const { errorsApart } = compareRow(row, measured, measured);
      const name = `${row.model} ${row.metric}: ${measured.mean} against ${row.value}`;
      expect(errorsApart, name).toBeGreaterThan(-Z_OF_999);
      // Popularity has nothing that could be tuned: more than chance would be a target that leaked.
      if (row.model === "popularity") expect(errorsApart, name).toBeLessThan(Z_OF_999);
    }
  });

  it("finds more by taste than by popularity", { timeout: TIMEOUT_MS }, async () => {
    const { differences } = await evaluate(
      "weak",
      "popularity,item_knn",
      "--against",
      "popularity",
    );
    const result = differences.find(({ metric }) => metric === "recall@20")?.result;
    expect(result?.kind === "difference" && result.lower > 0).toBe(true);
  });
});

async function evaluate(protocol: string, models: string, ...more: string[]) {
  const k = protocol === "leave-one-out" ? "10" : "20"; // as the figures are cut
  const held = protocol === "strong" ? ["--held-out", "60"] : [];
  const args = ["--data", folder ?? "", "--protocol", protocol, "--models", models, "--k", k];
  return (await canarecJson(["evaluate", ...args, ...held, ...more])) as EvaluationReport;
}
