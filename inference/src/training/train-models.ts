import { ServiceError } from "@canarec/service-kit/errors";
import type { LearnedPart } from "../bundle/codec/contents.ts";
import { keepInteractions } from "../evaluation/keep-interactions.ts";
import type { Split } from "../evaluation/split.ts";
import type { Blend } from "../models/blend/blend.ts";
import { type Interactions, latestTime } from "../models/interactions.ts";
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
import type { TakenList } from "./taken-list.ts";
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
  /** What users took of lists that they were shown; see learnWeights. */
  readonly taken: readonly TakenList[];
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
  /** Lists that the weights were learned from; 0: it was what users found by themselves. */
  readonly weighedLists: number;
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
  assertSignal(data);
  const seconds: Record<string, number> = {};
  const timed = timer(seconds, options);
  const likeness = likenessOf(features, seed);
  const { blend, ...rehearsed } = await rehearse(input, options, { timed, likeness });
  const ratings = ratedRows(data);
  const fitted = await timed("fit", () =>
    fitModels({ interactions: data.interactions, ratings, features }, plans, options),
  );
  Object.assign(seconds, fitted.seconds);
  const { models } = fitted;
  const groups = learnGroups(data.interactions, input.persons ?? []);
  const fixed = { from: data.from, seed, preference: rule, models, blend, likeness };
  const learned = { ...fixed, ...(groups && { groups }) };
  return { learned, seconds, ...rehearsed };
}

interface Rehearsal {
  readonly timed: ReturnType<typeof timer>;
  readonly likeness: LearnedPart["likeness"];
}

interface Rehearsed extends Omit<Trained, "learned" | "seconds"> {
  readonly blend: Blend;
}

/** Fit to the past of the past, weigh by the past, measure by the present. */
async function rehearse(
  { data, features, plans, seed, taken, blend: given }: TrainInput,
  options: TrainOptions,
  { timed, likeness }: Rehearsal,
): Promise<Rehearsed> {
  const test = validationSplit(data.interactions, seed);
  const validation = test && validationSplit(test.training, seed + 1);
  const names = listModels(plans.map(({ name }) => name));
  if (test === undefined) {
    return { blend: given ?? untaught(names), metrics: null, weighedBy: 0, weighedLists: 0 };
  }
  const past = (validation ?? test).training;
  const { models } = await timed("validation", () =>
    fitModels(
      { interactions: past, ratings: keepInteractions(past, ratedMarks(data, past)), features },
      plans,
      options,
    ),
  );
  const scorers = prepareModels(models);
  const { interactions } = data;
  const unseen = takenAfter(taken, past);
  const weights = await timed("weights", async () =>
    given === undefined
      ? learnWeights(scorers, { found: validation, taken: unseen, interactions })
      : { terms: given.terms, users: 0, lists: 0 },
  );
  const blend = given ?? { ...BLEND_SHAPE, terms: [...weights.terms] };
  const untold = weights.lists === 0 ? test : withoutUsers(test, unseen);
  const metrics = await timed("measures", async () =>
    untold.cases.length === 0 ? null : measureModels(scorers, { blend, likeness }, untold),
  );
  return { blend, metrics, weighedBy: weights.users, weighedLists: weights.lists };
}

/** Lists from after everything that models were fitted to. */
function takenAfter(taken: readonly TakenList[], { times }: Interactions): readonly TakenList[] {
  const latest = latestTime(times);
  return taken.filter(({ atMs }) => atMs > latest);
}

/** Whoever taught the weights is not measured on: the test's time is the lists'. */
function withoutUsers(split: Split, taken: readonly TakenList[]): Split {
  const taught = new Set(taken.map(({ user }) => user));
  return { ...split, cases: split.cases.filter(({ user }) => !taught.has(user)) };
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

function assertSignal({ interactions, from }: TrainingData): void {
  const { movieOf, preferences } = interactions;
  if (movieOf.length === 0) {
    const since = from.since === null ? "" : ` since ${from.since}`;
    const message = `there are no interactions to learn from${since}`;
    throw new ServiceError("failed_precondition", message);
  }
  if (!preferences.some((preference) => preference > 0)) {
    throw new ServiceError("failed_precondition", "nobody liked anything: nothing can be learned");
  }
}
