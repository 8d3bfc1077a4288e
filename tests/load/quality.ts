// How good lists are, by protocols that others use: each model, the blend, and how sure the difference is.
import { planModels } from "@canarec/inference/training/model-plan";
import { openProducts } from "@canarec/inference/training/open-products";
import { readRatings, starPreference } from "@canarec/vectordb-scripts/catalog/read-ratings";
import { genreFeatures, genreSpace } from "./quality-parts/genre-features.ts";
import { measureSeed } from "./quality-parts/measure-seed.ts";
import { protocolSplits } from "./quality-parts/protocol-splits.ts";
import {
  type SeedReport,
  type SlicePairs,
  addSlices,
  reportOf,
  summary,
} from "./quality-parts/report.ts";
import { parseOptions } from "./quality-parts/options.ts";

/**
 * `npm run bench -- quality [--data FOLDER] [--protocol weak|gorse|temporal] [--seeds 10] [--models NAME,NAME]
 * [--configs JSON] [--threads 2] [--json]`
 */
export async function run(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const data = await readRatings(options.data);
  const features = genreFeatures(data.movies);
  await using products = openProducts(options.threads);
  const tools = {
    plans: planModels(options.models, options.configs),
    products,
    features,
    space: genreSpace(features.genres),
  };
  const reports: SeedReport[] = [];
  const pairs: SlicePairs = new Map();
  for (const seed of options.seeds) {
    const by = { likedFrom: starPreference(LIKED_STARS), seed };
    const splits = protocolSplits(data.interactions, options.protocol, by);
    const result = await measureSeed(splits, tools);
    reports.push(reportOf(seed, result));
    addSlices(pairs, result, data.movies);
    process.stderr.write(`${reports.at(-1)?.line ?? ""}\n`);
  }
  process.stdout.write(
    options.json ? `${JSON.stringify(reports, null, 2)}\n` : summary(reports, pairs),
  );
}

/** Targets are movies with so many stars of five. */
const LIKED_STARS = 4;
