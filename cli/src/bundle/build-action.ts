import { type BuildReport, buildBundle } from "@canarec/vectordb-scripts/bundle/build-bundle";
import { bundleModel } from "@canarec/vectordb-scripts/bundle/bundle-model";
import { openModel } from "../catalog/open-model.ts";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { counted, grouped, sized } from "../output/words.ts";
import { trainAgain } from "../train/train-again.ts";
import { withDatabase } from "../with-database.ts";

const OUTCOMES: Readonly<Record<BuildReport["outcome"], string>> = {
  built: "Built",
  unchanged: "Unchanged:",
  repaired: "Repaired",
};

interface Options extends CommonOptions {
  /** False: neighbours alone, whatever was trained before. */
  readonly learned: boolean;
}

/** What `canarec bundle build` tells. */
type BuildResult = BuildReport & {
  /** Models that were trained; none: neighbours alone. */
  readonly models: readonly string[];
};

/** `canarec bundle build` */
export async function buildAction(context: CliContext, options: Options): Promise<void> {
  const report = await withDatabase(context, options, async (database, servers) => {
    const { streamTopic } = servers;
    const input = { database, streamTopic, ...bundleModel(await openModel(servers)) };
    const trained = options.learned
      ? await trainAgain({ context, options, servers, ...input })
      : undefined;
    return trained ?? { ...(await buildBundle(input)), models: [] };
  });
  printResult<BuildResult>(context, options, report, inWords);
}

function inWords(report: BuildResult): string {
  const until = report.watermark.highEventAt;
  const lines = [
    `${OUTCOMES[report.outcome]} bundle ${report.bundleId}: ${counted(report.movies, "movie")}, ${sized(report.bytes)}, ${until === null ? "before the first event" : `events until ${until}`}.`,
  ];
  if (report.models.length > 0) lines.push(`Trained ${report.models.join(", ")}.`);
  if (report.withoutNeighbours > 0) {
    lines.push(
      `${grouped(report.withoutNeighbours)} movies have no neighbours yet: canarec catalog embed finds them.`,
    );
  }
  return lines.join("\n");
}
