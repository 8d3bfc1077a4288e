import { type BuildReport, buildBundle } from "@canarec/vectordb-scripts/bundle/build-bundle";
import { bundleModel } from "@canarec/vectordb-scripts/bundle/bundle-model";
import { openModel } from "../catalog/open-model.ts";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { counted, grouped, sized } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";

const OUTCOMES: Readonly<Record<BuildReport["outcome"], string>> = {
  built: "Built",
  unchanged: "Unchanged:",
  repaired: "Repaired",
};

/** `canarec bundle build` */
export async function buildAction(context: CliContext, options: CommonOptions): Promise<void> {
  const report = await withDatabase(context, options, async (database, servers) => {
    const { streamTopic } = servers;
    return buildBundle({ database, streamTopic, ...bundleModel(await openModel(servers)) });
  });
  printResult(context, options, report, inWords);
}

function inWords(report: BuildReport): string {
  const until = report.watermark.highEventAt;
  const lines = [
    `${OUTCOMES[report.outcome]} bundle ${report.bundleId}: ${counted(report.movies, "movie")}, ${sized(report.bytes)}, ${until === null ? "before the first event" : `events until ${until}`}.`,
  ];
  if (report.withoutNeighbours > 0) {
    lines.push(
      `${grouped(report.withoutNeighbours)} movies have no neighbours yet: canarec catalog embed finds them.`,
    );
  }
  return lines.join("\n");
}
