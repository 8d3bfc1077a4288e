import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { alertTests, allAlerts, allRules } from "./alerts.ts";

const ROOT = join(import.meta.dirname, "..");
const runbooks = readFileSync(join(ROOT, "docs/runbooks.md"), "utf8");
const metricsPage = readFileSync(join(ROOT, "docs/metrics.md"), "utf8");
const alerts = allAlerts();
const names = alerts.map(({ alert }) => alert);

/** Text below a heading of the second level, until the next heading. */
function section(name: string): string {
  const [, after = ""] = runbooks.split(`\n## ${name}\n`);
  return after.split(/\n#{1,2} /)[0] ?? "";
}

describe("the alerts", () => {
  it("have names of their own", () => {
    expect(names.length).toBeGreaterThan(30);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(alerts)(
    "$alert has a section in the runbooks, and names it",
    ({ alert, labels, annotations }) => {
      expect(annotations.runbook).toBe(`docs/runbooks.md#${alert.toLowerCase()}`);
      const kind = labels.severity === "page" ? "Page" : "Note";
      expect(section(alert)).toContain(`**What it means.** ${kind}.`);
      expect(section(alert)).toMatch(/\*\*Users\.\*\* \S/);
      expect(section(alert)).toMatch(/\*\*What to do\.\*\* \S/);
    },
  );

  it.each(alerts)("$alert says where to look on any cluster", ({ alert, annotations }) => {
    const fixed = /127\.0\.0\.1:\d|localhost|(?<![\w/])\.canarec\b|:\d{4,5}\b/;
    expect(annotations.look).not.toMatch(fixed);
    expect(section(alert)).not.toMatch(fixed);
  });

  it("are all that the runbooks tell of", () => {
    const told = [...runbooks.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    expect(told.toSorted()).toEqual(names.toSorted());
  });

  it.each(names)("%s has a test that fires it, and one that does not", (name) => {
    const tests = alertTests().filter((test) => test.name.startsWith(`${name} `));
    for (const { expr } of tests) {
      expect(expr).toContain(`ALERTS{alertname="${name}", alertstate="firing"}`);
    }
    expect(tests.map(({ name: said, expected }) => [said.split(":")[0], expected])).toEqual([
      [`${name} fires`, 1],
      [`${name} stays silent`, 0],
    ]);
  });

  it("ask for no metric that docs/metrics.md does not tell of", () => {
    const named = allRules().flatMap(({ expr }) => expr.match(/\bcanarec_\w+/g) ?? []);
    expect(named.length).toBeGreaterThan(40);
    const isTold = (name: string) =>
      metricsPage.includes(`\`${name}\``) ||
      metricsPage.includes(`\`${name.replace(/_(?:bucket|count|sum)$/, "")}\` (histogram)`);
    expect(named.filter((name) => !isTold(name))).toEqual([]);
  });

  it("are left to monitoring where it tells of the same with the reason: of its jobs", () => {
    const told = alerts.filter(({ labels }) => labels.told_by === "monitoring");
    expect(told.map(({ alert }) => alert)).toEqual(["RetrainingFailed", "JobFailed", "JobLate"]);
  });

  /** In which words a rule names the causes that it waits for. */
  const CAUSES: Readonly<Record<string, string>> = {
    kafka: "KafkaUnreachable",
    postgres: "PostgresUnreachable",
    parser: "ParserStopped",
    monitoring: "ServiceDown",
  };
  const following = alerts.filter(
    ({ labels }) => labels.needs !== undefined && labels.told_by === undefined,
  );

  it.each(following)(
    "$alert does not begin to fire just after the cause that it was inhibited for",
    ({ alert, labels, expr }) => {
      const [, after = ""] = expr.split(/unless on \(\) \((?=cause:|max_over_time\()/);
      expect(after).toContain(`unless on () ALERTS{alertname="${alert}", alertstate="firing"})`);
      for (const need of labels.needs?.split(",") ?? []) {
        const names = /(?:cause|alertname)=~?"([^"]*)"/.exec(after)?.[1]?.split("|") ?? [];
        expect(names.some((name) => name === need || name === CAUSES[need])).toBe(true);
      }
    },
  );

  it("know of causes by the alerts that inhibit what follows from them", () => {
    for (const [cause, name] of Object.entries(CAUSES)) {
      const recorded = allRules().find(
        (rule) => "record" in rule && rule.labels?.["cause"] === cause,
      );
      expect(recorded?.expr).toContain(`alertname="${name}"`);
    }
  });

  it("lie in rules that use no recorded series that none records", () => {
    const recorded = allRules().flatMap((rule) => ("record" in rule ? [rule.record] : []));
    const used = alerts.flatMap(({ expr }) => expr.match(/\b(?:slo|cause):[\w:]+/g) ?? []);
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((name) => !recorded.includes(name))).toEqual([]);
  });
});
