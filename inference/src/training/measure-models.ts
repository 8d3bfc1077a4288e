import type { Estimate } from "../evaluation/estimate.ts";
import { type Evaluation, evaluate, measureLists } from "../evaluation/evaluate.ts";
import type { Protocol, Split } from "../evaluation/split.ts";
import type { Blend } from "../models/blend/blend.ts";
import { listForCase } from "../models/blend/list-for-case.ts";
import type { LikenessSpace } from "../models/blend/vary-list.ts";
import type { ModelName, Scorer } from "../models/model.ts";
import { createBlendRanker } from "../models/ranker/blend-ranker.ts";
import { askCases } from "./ask-cases.ts";

const METRICS = ["recall@20", "ndcg@10", "ndcg@20", "ndcg@100"] as const;

/** Deep enough for every measure. */
const DEPTH = 100;

/** How well one model, or the blend, tells what users took later. */
export interface Measured {
  readonly means: Readonly<Record<string, Estimate>>;
  readonly coverage: number;
}

/** All of them on one split. */
export interface TrainingMetrics {
  readonly protocol: Protocol;
  readonly users: number;
  readonly by: Readonly<Partial<Record<ModelName | "blend", Measured>>>;
}

/**
 * Measure each model by itself and the blend of all, its re-ranking included, exploration not.
 *
 * @param models fitted to nothing that the split asks for.
 */
export async function measureModels(
  models: ReadonlyMap<ModelName, Scorer>,
  { blend, likeness }: { readonly blend: Blend; readonly likeness: LikenessSpace },
  split: Split,
): Promise<TrainingMetrics> {
  const by: Partial<Record<ModelName | "blend", Measured>> = {};
  for (const [name, scorer] of models) {
    by[name] = measured(evaluate(scorer, split, { metrics: METRICS }));
    await new Promise(setImmediate); // signals and timers have their turn
  }
  const still = { ...blend, exploration: { ...blend.exploration, chance: 0 } };
  const parts = { space: likeness, draw: () => 0 };
  const lists: Int32Array[] = [];
  for (const [, answers] of askCases(createBlendRanker(models, blend), split)) {
    lists.push(listForCase(still, answers, parts, DEPTH));
  }
  by.blend = measured(measureLists(lists, split, { metrics: METRICS }));
  return { protocol: split.protocol, users: split.cases.length, by };
}

function measured({ means, coverage }: Evaluation): Measured {
  return { means, coverage };
}
