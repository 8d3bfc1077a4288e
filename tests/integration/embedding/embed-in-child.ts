import { openDatabase } from "@canarec/db-utils/database";
import { openEmbedderPool } from "@canarec/inference/embedding/embedder-pool";
import { locateModel, modelSource } from "@canarec/inference/embedding/model-folder";
import { embedCatalog } from "@canarec/vectordb-scripts/embedding/embed-catalog";

// What the test of a killed run kills: embeds a catalogue and tells the test what its workers are and how far it is.

const [databaseUrl = "", chromaUrl = "", collection = ""] = process.argv.slice(2);
await using database = await openDatabase(databaseUrl);
await using embedder = await openEmbedderPool({
  model: await locateModel(modelSource(undefined, "unused")),
  workers: 2,
});
process.send?.({ workers: embedder.pids });
await embedCatalog({
  database,
  chromaUrl,
  embedder,
  collection,
  onProgress: ({ done }) => process.send?.({ done }),
});
process.send?.({ finished: true });
