import { plotDays } from "@canarec/cli/output/plot-days";
import { type Day, meanOf } from "./virtual-days.ts";

/** Days at the end that the table's figures are means of. */
const LAST_DAYS = 7;

/** A policy's days. */
export interface Lived {
  readonly name: string;
  readonly days: readonly Day[];
}

const COLUMNS: readonly (readonly [keyof Day, string])[] = [
  ["satisfaction", "satisfaction"],
  ["listed", "utility of lists"],
  ["gini", "Gini shown"],
  ["watchedGini", "Gini watched"],
  ["coverage", "coverage"],
  ["newShare", "new movies"],
];

/** Means over the last week, and how concentration and satisfaction went. */
export function report(lived: readonly Lived[]): string {
  const head = `| policy | ${COLUMNS.map(([, title]) => title).join(" | ")} |`;
  const rule = `| --- | ${COLUMNS.map(() => "---:").join(" | ")} |`;
  const rows = lived.map(({ name, days }) => {
    const last = days.slice(-LAST_DAYS);
    const values = COLUMNS.map(([key]) => meanOf(last.map((day) => day[key])).toFixed(3));
    return `| ${name} | ${values.join(" | ")} |`;
  });
  const plots = (["gini", "coverage", "satisfaction"] as const).map((key) =>
    plotDays(
      COLUMNS.find(([column]) => column === key)?.[1] ?? key,
      lived.map(({ name, days }) => ({ name, values: days.map((day) => day[key]) })),
    ),
  );
  return `${[head, rule, ...rows, "", ...plots].join("\n")}\n`;
}
