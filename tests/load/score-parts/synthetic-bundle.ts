import { DEFAULT_RANKING, NEIGHBOURS } from "@canarec/inference/bundle/codec/index";
import type { BundleContents, LearnedModel } from "@canarec/inference/bundle/codec/index";
import { type Interaction, interactionsFrom } from "@canarec/inference/models/interactions";
import { createPlainProducts } from "@canarec/inference/models/linear-algebra/plain-products";
import type { FitTools, ModelName } from "@canarec/inference/models/model";
import { DEFAULT_PREFERENCE } from "@canarec/inference/models/preference";
import { neighbourArtifact } from "@canarec/inference/models/sparse/neighbour-scorer";
import { BLEND_SHAPE, listModels } from "@canarec/inference/training/learn-weights";
import { planModels } from "@canarec/inference/training/model-plan";
import { fitModel } from "@canarec/inference/training/fit-models";
import { likenessOf } from "@canarec/inference/training/likeness";
import type { Sampler } from "./sampler.ts";

/** Models whose fit is a table of neighbours: what it holds does not matter to how long it takes to read. */
const TABLES: readonly ModelName[] = [
  ...(["content", "item_knn", "rp3beta"] as const),
  ...(["ease", "transitions", "sequence"] as const),
];

/** As they are learned on ml-latest-small (docs/quality.md, weak split), about. */
const LEARNED_WEIGHTS: Readonly<Partial<Record<ModelName, number>>> = {
  ...{ ials: 0.47, transitions: 0.3, ease: 0.08, item_knn: 0.05 },
};

export interface SyntheticOptions {
  readonly movies: number;
  readonly sampler: Sampler;
  /** Every model weighs the same, so that all are asked; else those have a weight that training gives one. */
  readonly alike?: boolean;
}

/** A bundle with every model there is: tables of random neighbours, popular ones more often; the others fitted. */
export async function syntheticBundle({
  movies,
  sampler,
  alike = false,
}: SyntheticOptions): Promise<BundleContents> {
  const tools = toolsFor(movies, sampler);
  const interactions = interactionsFrom(rowsOf(sampler), { users: USERS, movies });
  const data = { interactions, ratings: interactions, features: tools.features };
  const options = {
    products: tools.products,
    progress: () => undefined,
    signal: new AbortController().signal,
    nowMs: () => performance.now(),
  };
  const models: LearnedModel[] = [];
  for (const plan of planModels([])) {
    const isTable = TABLES.includes(plan.name);
    const width = Number(plan.config["neighbours"] ?? NEIGHBOURS);
    models.push(
      isTable
        ? {
            ...plan,
            artifact: neighbourArtifact(
              randomTable(movies, width, sampler),
              numbersOf(plan.config),
            ),
          }
        : await fitModel(data, plan, options),
    );
  }
  const listed = listModels(models.map(({ name }) => name));
  const weightOf = (name: ModelName) => (alike ? 1 / listed.length : (LEARNED_WEIGHTS[name] ?? 0));
  const terms = listed.map((signal) => ({
    signal,
    shape: "standard" as const,
    weight: weightOf(signal),
  }));
  return {
    ...emptyBundle(movies, sampler),
    learned: {
      from: { sha256: "0".repeat(64), users: USERS, interactions: 0, until: null, since: null },
      seed: 1,
      preference: DEFAULT_PREFERENCE,
      models,
      blend: { ...BLEND_SHAPE, terms },
      likeness: likenessOf(tools.features, 1),
    },
  };
}

const USERS = 2_000;
const WATCHED = 40;
const DIMENSIONS = 64;

function rowsOf(sampler: Sampler): Interaction[] {
  return Array.from({ length: USERS * WATCHED }, (_, place) => ({
    user: place % USERS,
    movie: sampler.movie(),
    preference: sampler.uniform() * 2 - 1,
    time: 1_700_000_000_000 + place * 1_000,
  }));
}

function toolsFor(movies: number, sampler: Sampler): FitTools {
  const embeddings = Float32Array.from(
    { length: movies * DIMENSIONS },
    () => sampler.uniform() - 0.5,
  );
  const features = {
    embeddings,
    dimensions: DIMENSIONS,
    genres: Array.from({ length: movies }, () => []),
    people: Array.from({ length: movies }, () => []),
  };
  return { features, products: createPlainProducts(), progress: () => Promise.resolve() };
}

function randomTable(movies: number, width: number, sampler: Sampler) {
  return {
    movies,
    width,
    neighbours: Int32Array.from({ length: movies * width }, () => sampler.movie()),
    weights: Float32Array.from({ length: movies * width }, () => sampler.uniform()),
  };
}

/** A table's artifact keeps the numbers of its config. */
function numbersOf(config: LearnedModel["config"]): Record<string, number> {
  const numbers = Object.entries(config).filter(([, value]) => typeof value === "number");
  return Object.fromEntries(numbers) as Record<string, number>;
}

function emptyBundle(movies: number, sampler: Sampler): BundleContents {
  return {
    watermark: { offsets: {}, highEventAt: null },
    collection: "bench",
    textVersion: 1,
    modelVersion: "bench",
    ranking: DEFAULT_RANKING,
    catalogue: Array.from({ length: movies }, (_, place) => ({
      movieKey: place + 1,
      movieId: `movie+${place}`,
      title: null,
      year: null,
      runtimeMinutes: 100,
      genres: [],
    })),
    neighbours: Int32Array.from({ length: movies * NEIGHBOURS }, () => sampler.movie()),
    similarities: new Float32Array(movies * NEIGHBOURS).fill(0.5),
    statistics: {
      watchers: Int32Array.from({ length: movies }, (_, place) => movies - place),
      ratingCounts: new Int32Array(movies),
      ratingSums: new Float64Array(movies),
      ratingSquareSums: new Float64Array(movies),
      viewers: new Float64Array(movies),
    },
  };
}
