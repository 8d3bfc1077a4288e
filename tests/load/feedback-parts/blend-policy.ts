import { temporalSplit } from "@canarec/inference/evaluation/temporal-split";
import { weakSplit } from "@canarec/inference/evaluation/weak-split";
import { askForCase } from "@canarec/inference/models/blend/ask-for-case";
import type { Blend } from "@canarec/inference/models/blend/blend";
import { makeList } from "@canarec/inference/models/blend/make-list";
import { slotDraws } from "@canarec/inference/models/blend/slot-draws";
import type { MovieFeatures } from "@canarec/inference/models/model";
import { createBlendRanker } from "@canarec/inference/models/ranker/blend-ranker";
import type { Ranker } from "@canarec/inference/models/ranker/ranker";
import { planModels } from "@canarec/inference/training/model-plan";
import { prepareModels } from "@canarec/inference/training/ask-cases";
import { BLEND_SHAPE, learnWeights, listModels } from "@canarec/inference/training/learn-weights";
import { fitNight } from "./fit-night.ts";
import { LIST_LENGTH, type Night, type Policy } from "./policy.ts";

/** All that lists are made of. */
const NAMES = listModels(planModels([]).map(({ name }) => name));

/** Nights between two searches for weights. */
const RELEARNED_EVERY = 7;

/** Lists that weights are learned from, the newest: about a week's. */
const LISTS = 1_000;

/** What counts as liked when weights are learned. */
const LIKED_FROM = 0.35;

export interface BlendSettings {
  /** With its exploration slots. */
  readonly explores: boolean;
  /** Weights by what was taken of lists; else by all that users found. */
  readonly learnsFromLists: boolean;
}

/** The blend as it is served. */
export function createBlendPolicy(name: string, settings: BlendSettings): Policy {
  let blend: Blend | undefined;
  let ranker: Ranker | undefined;
  let features: MovieFeatures | undefined;
  let movies = 0;
  return {
    name,
    async train(night) {
      if (night.day % RELEARNED_EVERY === 0) blend = await learnFrom(night, settings);
      const models = await fitNight(NAMES, night.interactions, night.features);
      if (blend !== undefined) ranker = createBlendRanker(prepareModels(models), blend);
      ({ features } = night);
      movies = night.interactions.movies;
    },
    list({ known, barred, key }) {
      if (blend === undefined || ranker === undefined || features === undefined) return [];
      const answers = askForCase(ranker, movies, { known, barred });
      const space = { vectors: features.embeddings, dimensions: features.dimensions };
      return makeList(blend, { ...answers, space, draw: slotDraws(key) }, LIST_LENGTH).list;
    },
  };
}

async function learnFrom(night: Night, { explores, learnsFromLists }: BlendSettings) {
  const { interactions, features } = night;
  const { training, ...material } = materialOf(learnsFromLists ? night : { ...night, taken: [] });
  const models = await fitNight(NAMES, training, features);
  const { terms } = learnWeights(prepareModels(models), { ...material, interactions });
  const { exploration } = BLEND_SHAPE;
  return {
    ...BLEND_SHAPE,
    terms: [...terms],
    exploration: explores ? exploration : { ...exploration, chance: 0 },
  };
}

/** What was taken of the last week's lists, by models of the time before; without any what users found. */
function materialOf({ day, interactions, taken }: Night) {
  const [first] = taken.slice(-LISTS);
  if (first === undefined) {
    const found = weakSplit(interactions, { likedFrom: LIKED_FROM, seed: day });
    return { training: found.training, found, taken: [] };
  }
  const found = temporalSplit(interactions, { likedFrom: LIKED_FROM, cutAt: first.atMs });
  return { training: found.training, found, taken: taken.slice(-LISTS) };
}
