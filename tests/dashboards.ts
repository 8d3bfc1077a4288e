import { readFileSync } from "node:fs";
import { z } from "zod";
import { monitoringFiles } from "./alerts.ts";

const Source = z.looseObject({ type: z.literal("prometheus"), uid: z.string() });
const Dashboard = z.looseObject({
  uid: z.string(),
  title: z.string(),
  description: z.string().min(1),
  panels: z
    .array(
      z.looseObject({
        title: z.string().min(1),
        datasource: Source,
        targets: z.array(z.looseObject({ datasource: Source, expr: z.string().min(1) })).min(1),
      }),
    )
    .min(1),
});
export type Dashboard = z.output<typeof Dashboard>;

/** Every dashboard of Grafana, by its file's name. */
export function allDashboards(): ReadonlyMap<string, Dashboard> {
  return new Map(
    monitoringFiles("grafana/dashboards", ".json").map((file) => [
      file.split("/").at(-1) ?? file,
      Dashboard.parse(JSON.parse(readFileSync(file, "utf8"))),
    ]),
  );
}

/** A query of a dashboard as Prometheus takes it. */
export interface DashboardQuery {
  readonly board: string;
  readonly panel: string;
  readonly expr: string;
}

/** @param rateInterval what Grafana would put in the place of its variable, such as `1m`. */
export function dashboardQueries(rateInterval: string): DashboardQuery[] {
  return [...allDashboards()].flatMap(([board, { panels }]) =>
    panels.flatMap(({ title, targets }) =>
      targets.map(({ expr }) => ({
        ...{ board, panel: title },
        expr: expr.replaceAll("$__rate_interval", rateInterval),
      })),
    ),
  );
}
