import type { Split } from "../evaluation/split.ts";
import type { Blend, BlendTerm } from "../models/blend/blend.ts";
import { type BlendExample, exampleFrom } from "../models/blend/blend-example.ts";
import { learnBlend } from "../models/blend/learn-blend.ts";
import type { ModelName, Scorer } from "../models/model.ts";
import { askCases } from "./ask-cases.ts";

/** What a blend has beside its weights. */
export const BLEND_SHAPE: Omit<Blend, "terms"> = {
  // On top of the best by each of the sparse models this is about 600 candidates of 10 k movies.
  candidatesPerModel: 200,
  // A fifth of a logit for a twin: lists differ more by genre, coverage rises a little, and what that costs in Recall@20 lies
  // within chance (validation split of ml-latest-small; half a logit costs more than chance).
  variety: { weight: 0.2, depth: 60 },
  // Two of the lower places, each in one list of ten.
  exploration: { slots: [13, 17], chance: 0.1, pool: 100, temperature: 1 },
};

/**
 * Movies of each sparse model that weights are learned on: those that contend for a place in a list. Hundreds more would
 * have weights tell well what nobody is shown (validation splits of ml-latest-small).
 */
const CONTENDERS_PER_MODEL = 50;

/** Pull of each weight towards 0: little, for there are hundreds of candidates a user. */
const RIDGE = 0.01;

/** Models by their weight in the blend, and how well it tells what users took next. */
export interface LearnedWeights {
  readonly terms: readonly BlendTerm[];
  /** Users learned from; 0: there were too few, and all models weigh the same. */
  readonly users: number;
}

/**
 * Models that lists are made of: all but svd, which predicts ratings and is shown beside a movie; svd where there is
 * nothing else.
 */
export function listModels(names: readonly ModelName[]): readonly ModelName[] {
  const others = names.filter((name) => name !== "svd");
  return others.length > 0 ? others : names;
}

/**
 * Weigh models by how well they tell, together, what the users of a split took.
 *
 * @param split undefined where there are too few users to learn from.
 */
export function learnWeights(
  scorers: ReadonlyMap<ModelName, Scorer>,
  split: Split | undefined,
): LearnedWeights {
  const terms = listModels([...scorers.keys()]).map((signal) => ({
    signal,
    shape: "standard" as const,
  }));
  if (split === undefined) return alike(terms);
  const examples: BlendExample[] = [];
  for (const [{ targets }, answers] of askCases(scorers, split, CONTENDERS_PER_MODEL)) {
    examples.push(exampleFrom(answers, targets));
  }
  const learned = learnBlend(examples, { terms, ridge: RIDGE });
  if (!learned.terms.some(({ weight }) => weight > 0)) return alike(terms);
  return { terms: learned.terms, users: learned.users };
}

function alike(terms: readonly Omit<BlendTerm, "weight">[]): LearnedWeights {
  return { terms: terms.map((term) => ({ ...term, weight: 1 / terms.length })), users: 0 };
}
