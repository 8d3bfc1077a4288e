import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { MONITORING } from "./alerts.ts";
import { allDashboards, dashboardQueries } from "./dashboards.ts";

const boards = allDashboards();
const metricsPage = readFileSync(join(import.meta.dirname, "..", "docs/metrics.md"), "utf8");

/** What a histogram is told as, beside its name. */
const PARTS = /_(?:bucket|count|sum)$/;

describe("the dashboards", () => {
  it("are the six of an operator", () => {
    expect([...boards.keys()]).toEqual([
      ...["database.json", "jobs.json", "overview.json", "quality.json"],
      ...["rollout.json", "stream.json"],
    ]);
    expect(new Set([...boards.values()].map(({ uid }) => uid)).size).toBe(boards.size);
  });

  it("read the data source that is provisioned, and lie where they are looked for", () => {
    const provisioned = (file: string) =>
      parse(readFileSync(join(MONITORING, "grafana/provisioning", file), "utf8")) as object;
    const { datasources } = provisioned("datasources/prometheus.yml") as {
      datasources: { uid: string }[];
    };
    const used = [...boards.values()].flatMap(({ panels }) =>
      panels.flatMap((panel) => [panel, ...panel.targets].map(({ datasource }) => datasource.uid)),
    );
    expect(new Set(used)).toEqual(new Set(datasources.map(({ uid }) => uid)));
    expect(JSON.stringify(provisioned("dashboards/canarec.yml"))).toContain(
      '"path":"/etc/grafana/dashboards"',
    );
  });

  it("ask for no metric that docs/metrics.md does not tell of", () => {
    const names = dashboardQueries("1m").flatMap(
      ({ expr }) => expr.match(/\b(?:canarec|simulator)_\w+/g) ?? [],
    );
    expect(names.length).toBeGreaterThan(60);
    const unknown = names.filter(
      (name) =>
        !metricsPage.includes(`\`${name}\``) &&
        !metricsPage.includes(`\`${name.replace(PARTS, "")}\` (histogram)`),
    );
    expect([...new Set(unknown)]).toEqual([]);
  });
});
