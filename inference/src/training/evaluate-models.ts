import type { LearnedPart } from "../bundle/codec/contents.ts";
import {
  type EvaluateOptions,
  type Evaluation,
  depthOf,
  evaluate,
  measureLists,
} from "../evaluation/evaluate.ts";
import { keepInteractions } from "../evaluation/keep-interactions.ts";
import { requireCases } from "../evaluation/require-cases.ts";
import type { Split } from "../evaluation/split.ts";
import { parseBlend } from "../models/blend/blend.ts";
import { listForCase } from "../models/blend/list-for-case.ts";
import type { MovieFeatures } from "../models/model.ts";
import { DEFAULT_PREFERENCE } from "../models/preference.ts";
import { createBlendRanker } from "../models/ranker/blend-ranker.ts";
import { askCases, prepareModels } from "./ask-cases.ts";
import { type FitOptions, fitModels } from "./fit-models.ts";
import type { ModelPlan } from "./model-plan.ts";
import { ratedMarks } from "./rated-rows.ts";
import type { TrainingData } from "./read-interactions.ts";
import { trainModels } from "./train-models.ts";

/** What is evaluated, and on what. */
export interface Contest {
  /** Everything, of which the split is a part. */
  readonly data: Pick<TrainingData, "interactions" | "isRated">;
  readonly split: Split;
  readonly features: MovieFeatures;
  readonly plans: readonly ModelPlan[];
  /** Whether the blend of all plans is trained and evaluated, too. */
  readonly withBlend: boolean;
  readonly seed: number;
}

/** One model's or the blend's result. */
export interface Contender {
  /** Of the model, or `blend`. */
  readonly name: string;
  readonly evaluation: Evaluation;
}

/** With what it took to learn it. */
export interface FittedContender extends Contender {
  /** Seconds of the fit; of the whole training for the blend. */
  readonly seconds: number;
}

/** Fitted models, and how they are one list; without a blend they are models alone. */
export type Contestants = Pick<LearnedPart, "models" | "likeness"> &
  Partial<Pick<LearnedPart, "blend">>;

/**
 * Fit models to a split's training part, as a release would be trained on it, and ask them for its test
 * users' lists. The blend's weights are learned within the training part alone.
 *
 * @throws ServiceError as fitModels, trainModels and evaluate do.
 */
export async function evaluateModels(
  contest: Contest,
  fitting: FitOptions,
  options: EvaluateOptions,
): Promise<FittedContender[]> {
  requireCases(contest.split);
  const { learned, seconds, trainingSeconds } = await fitContest(contest, fitting);
  const contenders = await askContestants(learned, contest.split, options);
  return contenders.map((one) => ({ ...one, seconds: seconds[one.name] ?? trainingSeconds }));
}

/**
 * Ask fitted models, each by itself, and their blend for a split's lists.
 *
 * @throws ServiceError as evaluate does.
 */
export async function askContestants(
  { models, likeness, blend }: Contestants,
  split: Split,
  options: EvaluateOptions,
): Promise<Contender[]> {
  const contenders: Contender[] = [];
  for (const [name, scorer] of prepareModels(models)) {
    contenders.push({ name, evaluation: evaluate(scorer, split, options) });
    await new Promise(setImmediate); // signals and timers have their turn
  }
  if (blend !== undefined) {
    const evaluation = evaluateLearned({ models, likeness, blend }, split, options);
    contenders.push({ name: "blend", evaluation });
  }
  return contenders;
}

/**
 * Evaluate models and their blend as a bundle has them: a replica's candidates, scores and re-ranking, without
 * exploration. Candidates are a few hundred movies, so lists of a split with sampled candidates are of those
 * alone.
 *
 * @throws ServiceError as measureLists does.
 */
export function evaluateLearned(
  learned: Pick<LearnedPart, "models" | "blend" | "likeness">,
  split: Split,
  options: EvaluateOptions,
): Evaluation {
  const blend = parseBlend(learned.blend);
  const still = { ...blend, exploration: { ...blend.exploration, chance: 0 } };
  const parts = { space: learned.likeness, draw: () => 0 };
  const depth = depthOf(options);
  const lists: Int32Array[] = [];
  const asked = askCases(createBlendRanker(prepareModels(learned.models), blend), split);
  for (const [{ candidates: sampled }, answers] of asked) {
    const room = sampled === undefined ? depth : answers.candidates.length;
    const list = listForCase(still, answers, parts, room);
    lists.push(sampled === undefined ? list : list.filter((movie) => sampled.includes(movie)));
    if (lists.length % REPORT_EVERY === 0) options.progress?.(lists.length / split.cases.length);
  }
  return measureLists(lists, split, options);
}

const REPORT_EVERY = 50;

interface FittedContest {
  readonly learned: Contestants;
  readonly seconds: Readonly<Record<string, number>>;
  readonly trainingSeconds: number;
}

async function fitContest(contest: Contest, fitting: FitOptions): Promise<FittedContest> {
  const { data, split, features, plans, withBlend, seed } = contest;
  const interactions = split.training;
  const isRated = ratedMarks(data, interactions);
  const startMs = fitting.nowMs();
  const sinceStart = () => (fitting.nowMs() - startMs) / 1_000;
  if (!withBlend) {
    const ratings = keepInteractions(interactions, isRated);
    const { models, seconds } = await fitModels(
      { interactions, ratings, features },
      plans,
      fitting,
    );
    const likeness = { vectors: new Float32Array(0), dimensions: 0 };
    return { learned: { models, likeness }, seconds, trainingSeconds: sinceStart() };
  }
  const trained = await trainModels(
    {
      data: { interactions, isRated, userIds: new Float64Array(interactions.users), from: NOWHERE },
      features,
      plans,
      rule: DEFAULT_PREFERENCE,
      seed,
      taken: [],
    },
    { ...fitting, begins: () => undefined },
  );
  return { learned: trained.learned, seconds: trained.seconds, trainingSeconds: sinceStart() };
}

/** A part of the data is not what a bundle is stored of. */
const NOWHERE = { sha256: "", users: 0, interactions: 0, until: null, since: null };
