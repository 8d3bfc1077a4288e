import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * The demo catalogue: 3,201 real movies in the package `vega-datasets`, read where npm put it. Its
 * exports name the entry point alone, which stands beside the folder of data.
 */
export function demoCatalogPath(): string {
  const entry = createRequire(import.meta.url).resolve("vega-datasets");
  return join(dirname(entry), "..", "data", "movies.json");
}
