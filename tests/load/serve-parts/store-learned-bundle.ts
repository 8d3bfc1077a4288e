import type { Database } from "@canarec/db-utils/database";
import { encodeBundle } from "@canarec/inference/bundle/codec/index";
import { type BundleInput, readContents } from "@canarec/vectordb-scripts/bundle/read-contents";
import { storeBundle } from "@canarec/vectordb-scripts/bundle/store-bundle";
import { openSampler } from "../score-parts/sampler.ts";
import { syntheticBundle } from "../score-parts/synthetic-bundle.ts";

/** Store a bundle of the catalogue with every model there is: as wide as trained ones, but with random numbers. */
export async function storeLearnedBundle(database: Database, input: BundleInput): Promise<void> {
  const contents = await database.transaction(({ client }) => readContents(client, input));
  const movies = contents.catalogue.length;
  const { learned } = await syntheticBundle({ movies, sampler: openSampler(movies, 1) });
  if (learned === undefined) throw new Error("the synthetic bundle has no models");
  await storeBundle(database, encodeBundle({ ...contents, learned }));
}
