import { openEmbedderPool } from "@canarec/inference/embedding/embedder-pool";
import { type EmbedReport, embedCatalog } from "@canarec/vectordb-scripts/embedding/embed-catalog";
import {
  type NeighboursReport,
  buildNeighbours,
} from "@canarec/vectordb-scripts/neighbours/build-neighbours";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { startProgress } from "../output/progress.ts";
import { counted, grouped, lasting } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";
import { openModel } from "./open-model.ts";

/** What `canarec catalog embed` did. */
export interface EmbedResult {
  readonly embedding: EmbedReport;
  readonly neighbours: NeighboursReport;
}

/** `canarec catalog embed` */
export async function embedAction(context: CliContext, options: CommonOptions): Promise<void> {
  const { signal } = context;
  const result = await withDatabase(context, options, async (database, servers) => {
    const chromaUrl = servers.chromaUrl();
    await using embedder = await openEmbedderPool({ model: await openModel(servers) });
    const embedding = await withBar(context, options, "embedding", (onProgress) =>
      embedCatalog({ database, chromaUrl, embedder, signal, onProgress }),
    );
    const { collection } = embedding;
    const neighbours = await withBar(context, options, "neighbours", (onProgress) =>
      buildNeighbours({ database, chromaUrl, collection, signal, onProgress }),
    );
    return { embedding, neighbours };
  });
  printResult<EmbedResult>(context, options, result, inWords);
}

type OnProgress = (progress: { done: number; total: number; perSecond: number }) => void;

async function withBar<T>(
  context: CliContext,
  options: CommonOptions,
  label: string,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  using bar = startProgress(context, options, label);
  return await work(({ done, total, perSecond }) => {
    bar.update(done, total, `${perSecond.toFixed(1)}/s`);
  });
}

function inWords({ embedding, neighbours }: EmbedResult): string {
  const { embedded, seconds, check } = embedding;
  const rate = embedded === 0 ? "" : `, ${(embedded / Math.max(seconds, 0.001)).toFixed(1)}/s`;
  const lines = [
    `Embedded ${counted(embedded, "movie")} in ${lasting(seconds)}${rate}; ${grouped(embedding.unchanged + embedding.resumed)} of ${grouped(embedding.movies)} had their vector.`,
    `Collection ${embedding.collection}: ${counted(check.vectors, "vector")}, ${grouped(check.sampled)} compared with their text, least cosine ${check.leastCosine.toFixed(4)}.`,
    `Wrote ${counted(neighbours.written, "neighbour list")} in ${lasting(neighbours.seconds)}.`,
  ];
  const { recall } = neighbours;
  if (recall !== undefined) {
    lines.push(
      `Recall of ${recall.k} neighbours against exact search over ${counted(recall.sampled, "movie")}: mean ${recall.mean.toFixed(4)}, least ${recall.least.toFixed(4)}.`,
    );
  }
  if (embedding.skipped.length > 0) {
    lines.push(`${counted(embedding.skipped.length, "movie")} without a text left out.`);
  }
  const { orphaned, damaged } = check;
  if (orphaned + damaged.length > 0) {
    lines.push(
      `${counted(orphaned, "vector")} of no movie, ${grouped(damaged.length)} damaged: canarec catalog verify --mend puts it right.`,
    );
  }
  return lines.join("\n");
}
