import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { withinTime } from "@canarec/service-kit/time-limit";
import { canonicalJson, sha256 } from "../bundle/codec/manifest.ts";
import { evaluate } from "../evaluation/evaluate.ts";
import { keepInteractions } from "../evaluation/keep-interactions.ts";
import type { Split } from "../evaluation/split.ts";
import type { MovieFeatures } from "../models/model.ts";
import { prepareModels } from "./ask-cases.ts";
import { type FitData, type FitOptions, fitModel } from "./fit-models.ts";
import type { ModelPlan } from "./model-plan.ts";
import { ratedMarks } from "./rated-rows.ts";
import type { TrainingData } from "./read-interactions.ts";
import { configsToTry } from "./search-space.ts";
import { validationSplit } from "./validation-split.ts";

/** What is searched for. */
export const TUNED_METRIC = "ndcg@20";

/** Trials without a better one after which a model is left as it is. */
const PATIENCE = 12;

/** One config that was tried; without a score it could not be fitted. */
export interface Trial {
  readonly config: ModelPlan["config"];
  readonly score: number | null;
  readonly seconds: number;
  readonly failure: string | null;
}

/** Where trials are kept, so that a search goes on where it was broken off. By model and the config's hash. */
export interface TrialStore {
  find(splitHash: string, model: string, configHash: string): Promise<number | null | undefined>;
  add(splitHash: string, model: string, configHash: string, trial: Trial): Promise<void>;
}

export interface TuneInput {
  readonly data: TrainingData;
  readonly features: MovieFeatures;
  readonly plans: readonly ModelPlan[];
  readonly seed: number;
  /** The search ends then; what is being fitted is given up. */
  readonly budgetMs: number;
  readonly trials: TrialStore;
}

/**
 * Look for better parameters of each model by random search, a trial of each in turn, until the time is over or
 * none got better for a while. Judged on the split that weights are learned on, not on what measures are taken of. Which
 * configs are tried depends on the seed, how many on the time.
 *
 * @returns the plans with the best parameters found.
 * @throws ServiceError "failed_precondition" where there are too few users to judge by; the signal's reason.
 */
export async function tuneModels(input: TuneInput, options: FitOptions): Promise<ModelPlan[]> {
  const { data, features, plans, seed, budgetMs } = input;
  const test = validationSplit(data.interactions, seed);
  const split = test && validationSplit(test.training, seed + 1);
  if (split === undefined) {
    throw new ServiceError("failed_precondition", "there are too few users to search by");
  }
  const { training } = split;
  const ratings = keepInteractions(training, ratedMarks(data, training));
  const fitData = { interactions: training, ratings, features };
  const splitHash = sha256(Buffer.from(canonicalJson([data.from.sha256, seed, split.protocol])));
  const endMs = options.nowMs() + budgetMs;
  const limit = withinTime(options.signal, budgetMs);
  const searches = plans.map((plan, at) => openSearch(plan, seed + at));
  const world = { ...input, fitData, split, splitHash, options: { ...options, signal: limit } };
  while (searches.some(({ isOver }) => !isOver) && options.nowMs() < endMs) {
    for (const search of searches) {
      if (search.isOver || options.nowMs() >= endMs) continue;
      await step(search, world);
      options.signal.throwIfAborted();
    }
  }
  return searches.map(({ plan, best }) => ({ name: plan.name, config: best.config }));
}

interface Search {
  readonly plan: ModelPlan;
  readonly configs: Iterator<ModelPlan["config"], void>;
  best: { readonly config: ModelPlan["config"]; readonly score: number };
  /** Trials since the best. */
  since: number;
  isOver: boolean;
}

function openSearch(plan: ModelPlan, seed: number): Search {
  const best = { config: plan.config, score: -Infinity };
  return { plan, configs: configsToTry(plan, seed), best, since: 0, isOver: false };
}

interface World extends Pick<TuneInput, "trials"> {
  readonly fitData: FitData;
  readonly split: Split;
  readonly splitHash: string;
  readonly options: FitOptions;
}

async function step(search: Search, world: World): Promise<void> {
  const config = search.configs.next().value;
  if (config === undefined) {
    search.isOver = true;
    return;
  }
  const score = await scoreOf({ name: search.plan.name, config }, world);
  search.since += 1;
  if (score !== null && score > search.best.score) {
    search.best = { config, score };
    search.since = 0;
  }
  search.isOver = search.since >= PATIENCE;
}

/** Tried before, or tried now; null where the time is over or it cannot be fitted. */
async function scoreOf(plan: ModelPlan, world: World): Promise<number | null> {
  const { trials, splitHash, options } = world;
  const configHash = sha256(Buffer.from(canonicalJson(plan.config)));
  const known = await trials.find(splitHash, plan.name, configHash);
  if (known !== undefined) return known;
  const startMs = options.nowMs();
  const trial = await tryPlan(plan, world);
  if (options.signal.aborted) return null;
  const seconds = (options.nowMs() - startMs) / 1_000;
  await trials.add(splitHash, plan.name, configHash, { ...trial, config: plan.config, seconds });
  return trial.score;
}

async function tryPlan(
  plan: ModelPlan,
  { fitData, split, options }: World,
): Promise<Pick<Trial, "score" | "failure">> {
  try {
    const model = await fitModel(fitData, plan, options);
    const scorer = prepareModels([model]).get(plan.name);
    if (scorer === undefined) return { score: null, failure: "there is no such model" };
    const { means } = evaluate(scorer, split, { metrics: [TUNED_METRIC] });
    const score = means[TUNED_METRIC]?.mean;
    return score === undefined
      ? { score: null, failure: "not measured" }
      : { score, failure: null };
  } catch (thrown) {
    return { score: null, failure: messageOf(thrown) };
  }
}
