import { estimateOf } from "@canarec/inference/evaluation/estimate";
import { plotDays } from "@canarec/cli/output/plot-days";
import { type Day, meanOf } from "./virtual-days.ts";

/** Days at the end that the table's figures are means of. */
const LAST_DAYS = 7;

/** A policy's days, once for each seed. */
export interface Lived {
  readonly name: string;
  readonly runs: readonly (readonly Day[])[];
}

const COLUMNS: readonly (readonly [keyof Day, string])[] = [
  ["satisfaction", "satisfaction"],
  ["listed", "utility of lists"],
  ["gini", "Gini shown"],
  ["watchedGini", "Gini watched"],
  ["coverage", "coverage"],
  ["newShare", "new movies"],
];

/** Means over the last week, with standard errors over seeds, and how concentration and satisfaction went with the first seed. */
export function report(lived: readonly Lived[]): string {
  const head = `| policy | ${COLUMNS.map(([, title]) => title).join(" | ")} |`;
  const rule = `| --- | ${COLUMNS.map(() => "---:").join(" | ")} |`;
  const rows = lived.map(({ name, runs }) => {
    const values = COLUMNS.map(([key]) =>
      inWords(runs.map((days) => meanOf(days.slice(-LAST_DAYS).map((day) => day[key])))),
    );
    return `| ${name} | ${values.join(" | ")} |`;
  });
  const plots = (["gini", "coverage", "satisfaction"] as const).map((key) =>
    plotDays(
      COLUMNS.find(([column]) => column === key)?.[1] ?? key,
      lived.map(({ name, runs: [days = []] }) => ({ name, values: days.map((day) => day[key]) })),
    ),
  );
  return `${[head, rule, ...rows, "", ...plots].join("\n")}\n`;
}

function inWords(values: readonly number[]): string {
  const { mean, se } = estimateOf(values);
  return se === null ? mean.toFixed(3) : `${mean.toFixed(3)} ± ${se.toFixed(3)}`;
}
