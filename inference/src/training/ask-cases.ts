import type { LearnedModel } from "../bundle/codec/contents.ts";
import type { Split, TestCase } from "../evaluation/split.ts";
import type { ModelName, Scorer } from "../models/model.ts";
import { noNewcomers } from "../models/ranker/newcomers.ts";
import { type ModelAnswers, createRanker } from "../models/ranker/ranker.ts";
import { modelOf } from "./model-plan.ts";

/** Popular movies that are candidates whatever the models say. */
const ALWAYS = 200;

/** What models say of one test case. */
export interface AskedCase extends ModelAnswers {
  readonly case: TestCase;
}

/** Models in memory, by name. */
export function prepareModels(models: readonly LearnedModel[]): Map<ModelName, Scorer> {
  return new Map(models.map(({ name, artifact }) => [name, modelOf(name).prepare(artifact)]));
}

/**
 * Ask models about each user of a split as a replica does: the same candidates, the same scores.
 *
 * @param perModel movies that each sparse model names.
 */
export function* askCases(
  scorers: ReadonlyMap<ModelName, Scorer>,
  { cases, training }: Split,
  perModel: number,
): Generator<AskedCase> {
  const ranker = createRanker(scorers, perModel);
  const newcomers = noNewcomers(training.movies);
  const popular = popularOrder(training);
  for (const one of cases) {
    const barred = new Uint8Array(training.movies);
    for (const movie of one.barred) barred[movie] = 1;
    const always = popular.filter((movie) => barred[movie] === 0).slice(0, ALWAYS);
    const mayAsk = () => true;
    yield { case: one, ...ranker.ask({ user: one.known, barred, always, newcomers, mayAsk }) };
  }
}

/** Movies that were watched by most, first; ties to the smaller index. */
function popularOrder({ movies, movieOf }: Split["training"]): number[] {
  const counts = new Int32Array(movies);
  for (const movie of movieOf) counts[movie] = (counts[movie] ?? 0) + 1;
  return Array.from(counts.keys()).sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b);
}
