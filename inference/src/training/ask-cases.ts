import type { LearnedModel } from "../bundle/codec/contents.ts";
import type { Split, TestCase } from "../evaluation/split.ts";
import { type CaseAnswers, askForCase } from "../models/blend/ask-for-case.ts";
import type { ModelName, Scorer } from "../models/model.ts";
import type { Ranker } from "../models/ranker/ranker.ts";
import { modelOf } from "./model-plan.ts";

/** Models in memory, by name. */
export function prepareModels(models: readonly LearnedModel[]): Map<ModelName, Scorer> {
  return new Map(models.map(({ name, artifact }) => [name, modelOf(name).prepare(artifact)]));
}

/** Ask models about each user of a split, as a replica does. */
export function* askCases(
  ranker: Ranker,
  { cases, training }: Split,
): Generator<readonly [TestCase, CaseAnswers]> {
  for (const one of cases) yield [one, askForCase(ranker, training.movies, one)];
}
