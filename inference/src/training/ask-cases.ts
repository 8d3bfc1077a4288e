import type { LearnedModel } from "../bundle/codec/contents.ts";
import type { Split, TestCase } from "../evaluation/split.ts";
import { type CaseAnswers, askForCase } from "../models/blend/ask-for-case.ts";
import type { Interactions } from "../models/interactions.ts";
import type { ModelName, Scorer } from "../models/model.ts";
import type { Ranker } from "../models/ranker/ranker.ts";
import { modelOf } from "./model-plan.ts";

/** Models in memory, by name. */
export function prepareModels(models: readonly LearnedModel[]): Map<ModelName, Scorer> {
  return new Map(models.map(({ name, artifact }) => [name, modelOf(name).prepare(artifact)]));
}

/** Movies that are candidates for everybody, whatever the models say: the most liked of the training. */
const ALWAYS = 40;

/** Ask models about each user of a split, as a replica does. */
export function* askCases(
  ranker: Ranker,
  { cases, training }: Split,
): Generator<readonly [TestCase, CaseAnswers]> {
  const order = mostLiked(training);
  for (const one of cases) {
    const barred = new Set(one.barred);
    const always = order.filter((movie) => !barred.has(movie)).subarray(0, ALWAYS);
    yield [one, askForCase(ranker, training.movies, { ...one, always })];
  }
}

/** Dense indices, those that most users liked first. */
function mostLiked({ movies, movieOf, preferences }: Interactions): Int32Array {
  const likes = new Int32Array(movies);
  for (let at = 0; at < movieOf.length; at += 1) {
    const movie = movieOf[at] as number;
    if ((preferences[at] as number) > 0) likes[movie] = (likes[movie] as number) + 1;
  }
  return Int32Array.from(likes.keys()).sort(
    (a, b) => (likes[b] as number) - (likes[a] as number) || a - b,
  );
}
