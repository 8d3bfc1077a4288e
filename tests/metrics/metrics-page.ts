import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { type Instrument, instrumentsOf } from "./instrument.ts";
import { type LabelValues, labelValues } from "./labels.ts";
import { isOfRuntime } from "./naming.ts";
import { serviceRegistries } from "./service-registries.ts";

/** Where the page is. */
export const METRICS_PAGE = join(import.meta.dirname, "../../docs/metrics.md");

const PROSE = join(import.meta.dirname, "metrics-page.md");

/** Where the sections go in the prose. */
const SECTIONS = "<!-- sections -->";

/** docs/metrics.md, as it should be: the prose beside this file, with a section a service. */
export async function metricsPage(): Promise<string> {
  const sections = [...serviceRegistries()].map(([service, registry]) => {
    const rows = instrumentsOf(registry).filter(({ name }) => !isOfRuntime(name));
    return rows.length === 0 ? "" : serviceSection(service, rows);
  });
  const page = readFileSync(PROSE, "utf8").replace(SECTIONS, () => sections.join("\n\n"));
  return format(page, { parser: "markdown", printWidth: 100 });
}

/** A list and no table: a metric more changes no line of the others. */
function serviceSection(service: string, rows: readonly Instrument[]): string {
  return [`### ${service}`, "", ...rows.map(entryOf)].join("\n");
}

function entryOf({ name, type, help, labels, buckets }: Instrument): string {
  return [
    `- \`${name}\` (${type}): ${help}`,
    ...labels.map((label) => `  - \`${label}\`: ${valuesOf(labelValues(name, label) ?? [])}`),
    ...(buckets.length > 0 ? [`  - buckets: ${buckets.join(", ")}`] : []),
  ].join("\n");
}

function valuesOf(values: LabelValues): string {
  return "why" in values ? values.why : values.map((value) => `\`${value}\``).join(", ");
}
