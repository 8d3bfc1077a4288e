import { genreDistance } from "@canarec/inference/evaluation/catalogue-metrics";
import { type Evaluation, evaluate, measureLists } from "@canarec/inference/evaluation/evaluate";
import type { Split } from "@canarec/inference/evaluation/split";
import type { Blend } from "@canarec/inference/models/blend/blend";
import { listForCase } from "@canarec/inference/models/blend/list-for-case";
import type { LikenessSpace } from "@canarec/inference/models/blend/vary-list";
import type {
  MatrixProducts,
  ModelName,
  MovieFeatures,
  Scorer,
} from "@canarec/inference/models/model";
import { createBlendRanker } from "@canarec/inference/models/ranker/blend-ranker";
import { askCases, prepareModels } from "@canarec/inference/training/ask-cases";
import { fitModels } from "@canarec/inference/training/fit-models";
import { BLEND_SHAPE, learnWeights } from "@canarec/inference/training/learn-weights";
import type { ModelPlan } from "@canarec/inference/training/model-plan";
import type { ProtocolSplits } from "./protocol-splits.ts";

export const METRICS = ["recall@20", "ndcg@10", "ndcg@100"] as const;

/** Deep enough for every measure. */
const DEPTH = 100;

export interface MeasureTools {
  readonly plans: readonly ModelPlan[];
  readonly products: MatrixProducts;
  readonly features: MovieFeatures;
  readonly space: LikenessSpace;
}

/** What one seed gave. */
export interface SeedResult {
  readonly split: Split;
  /** By model, and of "blend". */
  readonly evaluations: ReadonlyMap<string, Evaluation>;
  readonly blend: Blend;
}

/** Learn weights on the validation part, fit to all of the training part, and measure on the test part. */
export async function measureSeed(
  { test, validation }: ProtocolSplits,
  tools: MeasureTools,
): Promise<SeedResult> {
  const rehearsed = await fitAll(validation, tools);
  const { terms } = learnWeights(rehearsed, {
    found: validation,
    taken: [],
    interactions: validation.training,
  });
  const scorers = await fitAll(test, tools);
  const blend: Blend = { ...BLEND_SHAPE, terms: [...terms] };
  const options = { metrics: METRICS, distance: genreDistance(tools.features.genres) };
  const evaluations = new Map<string, Evaluation>();
  for (const [name, scorer] of scorers) evaluations.set(name, evaluate(scorer, test, options));
  for (const [name, shape] of variants(blend)) {
    evaluations.set(name, measureLists(listsOf(shape, scorers, test, tools.space), test, options));
  }
  return { split: test, evaluations, blend };
}

/** The blend as it is served, and by its scores alone. */
function variants(blend: Blend): [string, Blend][] {
  const still = { ...blend.exploration, chance: 0 };
  const flat = { ...blend.variety, weight: 0 };
  return [
    ["blend", { ...blend, exploration: still }],
    ["blend, by score", { ...blend, exploration: still, variety: flat }],
  ];
}

async function fitAll({ training }: Split, tools: MeasureTools): Promise<Map<ModelName, Scorer>> {
  const data = { interactions: training, ratings: training, features: tools.features };
  const { models } = await fitModels(data, tools.plans, {
    products: tools.products,
    progress: () => undefined,
    signal: new AbortController().signal,
    nowMs: () => performance.now(),
  });
  return prepareModels(models);
}

function listsOf(
  blend: Blend,
  scorers: ReadonlyMap<ModelName, Scorer>,
  split: Split,
  space: LikenessSpace,
): Int32Array[] {
  const parts = { space, draw: () => 0 };
  return Array.from(askCases(createBlendRanker(scorers, blend), split), ([, answers]) =>
    listForCase(blend, answers, parts, DEPTH),
  );
}
