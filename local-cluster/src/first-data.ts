import type { Database } from "@canarec/db-utils/database";
import { openEmbedderPool } from "@canarec/inference/embedding/embedder-pool";
import {
  type ModelFolder,
  locateModel,
  modelSource,
} from "@canarec/inference/embedding/model-folder";
import { buildBundle } from "@canarec/vectordb-scripts/bundle/build-bundle";
import { bundleModel } from "@canarec/vectordb-scripts/bundle/bundle-model";
import { importCatalog } from "@canarec/vectordb-scripts/catalog/import-catalog";
import { embedCatalog } from "@canarec/vectordb-scripts/embedding/embed-catalog";
import { buildNeighbours } from "@canarec/vectordb-scripts/neighbours/build-neighbours";
import { type ClusterLog, type ProgressBar, step } from "./cluster-log.ts";
import type { DataPreparation } from "./prepare-data.ts";

/** Import the catalogue into a database without any movie. */
export async function importFirst(preparation: DataPreparation, database: Database): Promise<void> {
  const { catalog, log } = preparation;
  await step(log, "catalogue", async () => {
    const { imported, rejected, problemCounts } = await importCatalog({ database, path: catalog });
    const remarks = Object.entries(problemCounts).map(([reason, count]) => `${reason} ${count}`);
    const aside = remarks.length === 0 ? "" : `; ${remarks.join(", ")}`;
    return { said: `${imported} movies imported, ${rejected} rows rejected${aside}`, value: 0 };
  });
}

/** Embed what the catalogue holds, find the neighbours, and build a bundle to serve from. */
export async function makeFirstBundle(
  preparation: DataPreparation,
  database: Database,
): Promise<void> {
  const { config, home, log } = preparation;
  const model = await locateModel(modelSource(config.minilmPath, home));
  await embed({ ...preparation, database, model });
  await step(log, "bundle", async () => {
    const { streamTopic } = config;
    const built = await buildBundle({ database, streamTopic, ...bundleModel(model) });
    return { said: `built ${built.bundleId.slice(0, 12)}, ${built.movies} movies`, value: built };
  });
}

interface Embedding extends DataPreparation {
  readonly database: Database;
  readonly model: ModelFolder;
}

async function embed(embedding: Embedding): Promise<void> {
  const { database, chromaUrl, model, log, signal } = embedding;
  const { collection } = await step(log, "embedding", async () => {
    await using embedder = await openEmbedderPool({ model });
    const bar = lateBar(log, "embedding");
    const report = await embedCatalog({
      ...{ database, chromaUrl, embedder, signal },
      onProgress: ({ done, total }) => bar.update(done, total),
    });
    bar.stop();
    return { said: `${report.embedded} of ${report.movies} movies embedded`, value: report };
  });
  await step(log, "neighbours", async () => {
    const options = { database, chromaUrl, collection, signal };
    const { written, recall } = await buildNeighbours(options);
    const measured = recall === undefined ? "" : `, recall ${recall.mean.toFixed(4)}`;
    return { said: `${written} lists of neighbours written${measured}`, value: written };
  });
}

/** A bar that appears with the first progress. */
function lateBar(log: ClusterLog, title: string): ProgressBar {
  let bar: ProgressBar | undefined;
  return {
    update(done, total) {
      bar ??= log.bar(title, total);
      bar.update(done, total);
    },
    stop: () => bar?.stop(),
  };
}
