import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const ROOT = join(import.meta.dirname, "..");
/** Of what Prometheus, Alertmanager and Grafana read. */
export const MONITORING = join(ROOT, "monitoring");

const Rule = z.union([
  z.strictObject({
    record: z.string(),
    expr: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  z.strictObject({
    alert: z.string(),
    expr: z.string(),
    for: z.string().optional(),
    labels: z.strictObject({
      severity: z.enum(["page", "inform"]),
      part: z.string(),
      needs: z.string().optional(),
      slo: z.string().optional(),
      told_by: z.literal("monitoring").optional(),
    }),
    annotations: z.strictObject({
      summary: z.string().min(1),
      effect: z.string().min(1),
      done: z.string().min(1),
      look: z.string().min(1),
      runbook: z.string().min(1),
    }),
  }),
]);
const RuleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(Rule) })),
});
export type AlertRule = Extract<z.output<typeof Rule>, { alert: string }>;

/** Files with a suffix in a folder of monitoring/, absolute, sorted. */
export function monitoringFiles(folder: string, suffix: string): string[] {
  return readdirSync(join(MONITORING, folder))
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => join(MONITORING, folder, name));
}

/** Every rule of Prometheus, in the order of their files. */
export function allRules(): z.output<typeof Rule>[] {
  return monitoringFiles("prometheus/rules", ".yml")
    .map((file) => RuleFile.parse(parse(readFileSync(file, "utf8"))))
    .flatMap(({ groups }) => groups.flatMap(({ rules }) => rules));
}

export function allAlerts(): AlertRule[] {
  return allRules().filter((rule) => "alert" in rule);
}

const RuleTests = z.looseObject({
  tests: z.array(
    z.looseObject({
      name: z.string(),
      promql_expr_test: z.array(
        z.looseObject({ expr: z.string(), exp_samples: z.array(z.unknown()) }),
      ),
    }),
  ),
});

/** promtool's tests of the rules: what each asks for, and how many alerts it expects. */
export function alertTests(): { name: string; expr: string; expected: number }[] {
  return monitoringFiles("prometheus/tests", ".test.yml")
    .flatMap((file) => RuleTests.parse(parse(readFileSync(file, "utf8"))).tests)
    .flatMap(({ name, promql_expr_test: asked }) =>
      asked.map(({ expr, exp_samples: samples }) => ({ name, expr, expected: samples.length })),
    );
}
