import { openEmbedderPool } from "@canarec/inference/embedding/embedder-pool";
import {
  type RebuildReport,
  rebuildCollection,
} from "@canarec/vectordb-scripts/embedding/rebuild-collection";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { startProgress } from "../output/progress.ts";
import { counted, grouped, lasting } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";
import { openModel } from "./open-model.ts";

/** `canarec catalog rebuild` */
export async function rebuildAction(context: CliContext, options: CommonOptions): Promise<void> {
  const { signal } = context;
  const report = await withDatabase(context, options, async (database, servers) => {
    const chromaUrl = servers.chromaUrl();
    await using embedder = await openEmbedderPool({ model: await openModel(servers) });
    using bar = startProgress(context, options, "embedding");
    return await rebuildCollection({
      ...{ database, chromaUrl, embedder, signal },
      onProgress: ({ done, total, perSecond }) => {
        bar.update(done, total, `${perSecond.toFixed(1)}/s`);
      },
    });
  });
  printResult<RebuildReport>(context, options, report, inWords);
}

function inWords({
  collection,
  movies,
  embedded,
  caughtUp,
  seconds,
  check,
}: RebuildReport): string {
  return [
    `Collection ${collection} is made anew of ${counted(movies, "movie")} in ${lasting(seconds)}: ${grouped(embedded)} embedded, ${grouped(caughtUp)} after them.`,
    `${counted(check.vectors, "vector")}, ${grouped(check.sampled)} compared with their text, least cosine ${check.leastCosine.toFixed(4)}.`,
  ].join("\n");
}
