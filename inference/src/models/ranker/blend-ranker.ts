import { type Blend, signalsOf } from "../blend/blend.ts";
import type { ModelName, Scorer } from "../model.ts";
import { SPARSE_MODELS } from "./model-order.ts";
import { type Ranker, createRanker } from "./ranker.ts";

/**
 * A ranker of the models that a blend's lists are made of: those with a weight. A model without one names no
 * candidates either, for the weights were learned without it; it costs a list nothing.
 *
 * @param scorers more may be there.
 */
export function createBlendRanker(
  scorers: ReadonlyMap<ModelName, Scorer>,
  blend: Pick<Blend, "terms" | "candidatesPerModel">,
): Ranker {
  return createRanker(scorersFor(signalsOf(blend), scorers), blend.candidatesPerModel);
}

/**
 * The scorers of these models. Where none of them knows a user's tastes and can name candidates, those of all sparse models
 * beside them, which do it for them.
 */
export function scorersFor(
  names: readonly ModelName[],
  scorers: ReadonlyMap<ModelName, Scorer>,
): ReadonlyMap<ModelName, Scorer> {
  const isNamer = (name: ModelName) => name !== "popularity" && SPARSE_MODELS.includes(name);
  const asked = names.some(isNamer) ? names : [...names, ...SPARSE_MODELS];
  return new Map([...scorers].filter(([name]) => asked.includes(name)));
}
