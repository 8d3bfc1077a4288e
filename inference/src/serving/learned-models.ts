import type { BundleContents } from "../bundle/codec/index.ts";
import type { Blend } from "../models/blend/blend.ts";
import type { LikenessSpace } from "../models/blend/vary-list.ts";
import type { ModelName, Scorer } from "../models/model.ts";
import type { PreferenceRule } from "../models/preference.ts";
import { createBlendRanker } from "../models/ranker/blend-ranker.ts";
import { KIN, type Newcomers, noNewcomers } from "../models/ranker/newcomers.ts";
import { prepareLearned } from "../models/ranker/prepare-learned.ts";
import type { Ranker } from "../models/ranker/ranker.ts";
import type { NeighbourList } from "../retrieval/neighbour-index.ts";

/** A bundle's learned part, ready to answer. */
export interface LearnedModels {
  /** Asks the models that lists are made of. */
  readonly ranker: Ranker;
  readonly blend: Blend;
  readonly rule: PreferenceRule;
  /** Movies that the models know: those of the bundle. */
  readonly known: number;
  readonly likeness: LikenessSpace;
  /** All models of the bundle, those without a weight, too. */
  readonly scorers: ReadonlyMap<ModelName, Scorer>;
}

/**
 * Make a bundle's learned part ready; undefined where it has none.
 *
 * @throws ServiceError "data_loss" as prepareLearned does.
 */
export function learnedModelsOf({ learned, catalogue }: BundleContents): LearnedModels | undefined {
  if (learned === undefined) return undefined;
  const known = catalogue.length;
  const { scorers, blend } = prepareLearned(learned, known);
  const { preference: rule, likeness } = learned;
  return { ranker: createBlendRanker(scorers, blend), blend, rule, known, likeness, scorers };
}

/**
 * Movies that came after the bundle, as the models can judge them: by their nearest neighbours in it.
 *
 * @param movies all there are, dense indices from `known` on are new. @param lists by dense index.
 */
export function newcomersOf(
  known: number,
  movies: number,
  lists: ReadonlyMap<number, NeighbourList>,
): Newcomers {
  if (movies === known) return noNewcomers(known);
  const found = Array.from({ length: movies - known }, (_, place) =>
    nearestKnown(lists.get(known + place), known),
  );
  return {
    known,
    kin: found.map(({ indices }) => Int32Array.from(indices)),
    weights: found.map(({ similarities }) => Float32Array.from(similarities)),
  };
}

function nearestKnown(list: NeighbourList | undefined, known: number) {
  const pairs = Array.from({ length: list?.indices.length ?? 0 }, (_, place) => ({
    index: list?.indices[place] as number,
    similarity: list?.similarities[place] as number,
  }))
    .filter(({ index, similarity }) => index < known && similarity > 0)
    .slice(0, KIN);
  return {
    indices: pairs.map(({ index }) => index),
    similarities: pairs.map(({ similarity }) => similarity),
  };
}
