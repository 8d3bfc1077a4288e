import { writeFileSync } from "node:fs";
import { METRICS_PAGE, metricsPage } from "./metrics-page.ts";

// npm run docs:metrics: write docs/metrics.md anew.
writeFileSync(METRICS_PAGE, await metricsPage());
