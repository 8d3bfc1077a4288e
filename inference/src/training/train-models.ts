import { ServiceError } from "@canarec/service-kit/errors";
import type { LearnedPart } from "../bundle/codec/contents.ts";
import { keepInteractions } from "../evaluation/keep-interactions.ts";
import type { Blend } from "../models/blend/blend.ts";
import type { Interactions } from "../models/interactions.ts";
import type { ModelName, MovieFeatures } from "../models/model.ts";
import type { PreferenceRule } from "../models/preference.ts";
import { prepareModels } from "./ask-cases.ts";
import type { Person } from "../models/cold-start/person-groups.ts";
import { type FitOptions, fitModels } from "./fit-models.ts";
import { BLEND_SHAPE, learnWeights, listModels } from "./learn-weights.ts";
import { learnGroups } from "./learn-groups.ts";
import { likenessOf } from "./likeness.ts";
import { type TrainingMetrics, measureModels } from "./measure-models.ts";
import type { ModelPlan } from "./model-plan.ts";
import { ratedMarks, ratedRows } from "./rated-rows.ts";
import type { TrainingData } from "./read-interactions.ts";
import { validationSplit } from "./validation-split.ts";

export interface TrainInput {
  readonly data: TrainingData;
  readonly features: MovieFeatures;
  /** What is told of each user, by dense index; absent: nothing of anybody. */
  readonly persons?: readonly (Person | null)[];
  readonly plans: readonly ModelPlan[];
  /** The rule that the data were read by. */
  readonly rule: PreferenceRule;
  readonly seed: number;
  /** Weights and re-ranking as they are; absent: learned. */
  readonly blend?: Blend;
}

/** What training does, in this order. */
export const TRAINING_STEPS = ["validation", "weights", "measures", "fit"] as const;
export type TrainingStep = (typeof TRAINING_STEPS)[number];

export interface TrainOptions extends FitOptions {
  readonly begins: (step: TrainingStep) => void;
}

export interface Trained {
  readonly learned: LearnedPart;
  /** By step, and of the last fit by model. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Null where there are too few users to measure on. */
  readonly metrics: TrainingMetrics | null;
  /** Users that the weights were learned from; 0: they are all the same, or were given. */
  readonly weighedBy: number;
}

/**
 * Train: models fitted to the past of the past give the blend's weights, on what users did then, and the
 * measures, on what they did last; models fitted to everything are what is kept. Neither weights nor measures
 * have seen what they are tested on. The same input gives the same result.
 *
 * @throws ServiceError "failed_precondition" where nobody liked anything; else as the models do; the signal's
 *   reason once it is aborted.
 */
export async function trainModels(input: TrainInput, options: TrainOptions): Promise<Trained> {
  const { data, features, plans, rule, seed } = input;
  assertSignal(data.interactions);
  const seconds: Record<string, number> = {};
  const timed = timer(seconds, options);
  const likeness = likenessOf(features, seed);
  const { blend, metrics, weighedBy } = await rehearse(input, options, { timed, likeness });
  const ratings = ratedRows(data);
  const fitted = await timed("fit", () =>
    fitModels({ interactions: data.interactions, ratings, features }, plans, options),
  );
  Object.assign(seconds, fitted.seconds);
  const { models } = fitted;
  const groups = learnGroups(data.interactions, input.persons ?? []);
  const fixed = { from: data.from, seed, preference: rule, models, blend, likeness };
  const learned = { ...fixed, ...(groups && { groups }) };
  return { learned, seconds, metrics, weighedBy };
}

interface Rehearsal {
  readonly timed: ReturnType<typeof timer>;
  readonly likeness: LearnedPart["likeness"];
}

/** Fit to the past of the past, weigh by the past, measure by the present. */
async function rehearse(
  { data, features, plans, seed, blend: given }: TrainInput,
  options: TrainOptions,
  { timed, likeness }: Rehearsal,
): Promise<{ blend: Blend; metrics: TrainingMetrics | null; weighedBy: number }> {
  const test = validationSplit(data.interactions, seed);
  const validation = test && validationSplit(test.training, seed + 1);
  const names = listModels(plans.map(({ name }) => name));
  if (test === undefined) return { blend: given ?? untaught(names), metrics: null, weighedBy: 0 };
  const past = (validation ?? test).training;
  const { models } = await timed("validation", () =>
    fitModels(
      { interactions: past, ratings: keepInteractions(past, ratedMarks(data, past)), features },
      plans,
      options,
    ),
  );
  const scorers = prepareModels(models);
  const weights = await timed("weights", async () =>
    given === undefined ? learnWeights(scorers, validation) : { terms: given.terms, users: 0 },
  );
  const blend = given ?? { ...BLEND_SHAPE, terms: [...weights.terms] };
  const metrics = await timed("measures", () => measureModels(scorers, { blend, likeness }, test));
  return { blend, metrics, weighedBy: weights.users };
}

function untaught(names: readonly ModelName[]): Blend {
  const terms = names.map((signal) => ({
    signal,
    shape: "standard" as const,
    weight: 1 / names.length,
  }));
  return { ...BLEND_SHAPE, terms };
}

function timer(seconds: Record<string, number>, { begins, nowMs }: TrainOptions) {
  return async <T>(step: TrainingStep, work: () => Promise<T>): Promise<T> => {
    begins(step);
    const startMs = nowMs();
    const result = await work();
    seconds[step] = (nowMs() - startMs) / 1_000;
    return result;
  };
}

function assertSignal({ movieOf, preferences }: Interactions): void {
  if (movieOf.length === 0) {
    throw new ServiceError("failed_precondition", "there are no interactions to learn from");
  }
  if (!preferences.some((preference) => preference > 0)) {
    throw new ServiceError("failed_precondition", "nobody liked anything: nothing can be learned");
  }
}
