import { genreDistance } from "@canarec/inference/evaluation/catalogue-metrics";
import { makeSplit } from "@canarec/inference/evaluation/make-split";
import type { MovieFacts } from "@canarec/inference/evaluation/slices";
import type { Protocol, Split } from "@canarec/inference/evaluation/split";
import {
  type Contender,
  type FittedContender,
  evaluateModels,
} from "@canarec/inference/training/evaluate-models";
import { openProducts } from "@canarec/inference/training/open-products";
import { starPreference } from "@canarec/vectordb-scripts/catalog/read-ratings";
import type { CliContext } from "../cli-context.ts";
import { type Progress, startProgress } from "../output/progress.ts";
import { type EvaluateCommandOptions, metricsOf } from "./command-options.ts";
import { type EvaluationData, openData } from "./evaluation-data.ts";
import { type WantedModels, wantedModels } from "./wanted-models.ts";

/** One split, and what each model made of it. */
export interface Round {
  readonly split: Split;
  readonly contenders: readonly (Contender & Partial<FittedContender>)[];
}

/** Rounds of one data set and protocol. */
export interface Rounds {
  /** Of the data, for people. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly seeds: readonly number[];
  readonly facts: MovieFacts;
  readonly rounds: readonly Round[];
}

/** Fit and ask the models that the command line names, split by split. */
export async function fitRounds(
  context: CliContext,
  options: EvaluateCommandOptions,
): Promise<Rounds> {
  const wanted = wantedModels(context, options);
  using progress = startProgress(context, options, "evaluating");
  const opened = await openData(context, options, progress);
  const seeds = Array.from({ length: options.seeds }, (_, at) => options.seed + at);
  const rounds: Round[] = [];
  for (const seed of seeds) {
    rounds.push(await fitRound(context, options, { opened, progress, wanted, seed }));
  }
  const { name, facts } = opened;
  return { name, facts, protocol: options.protocol, seeds, rounds };
}

/** What one round takes beside the command line. */
export interface RoundParts {
  readonly opened: EvaluationData;
  readonly progress: Progress;
  readonly wanted: WantedModels;
  readonly seed: number;
  /** Instead of the usual ones. */
  readonly metrics?: readonly string[];
}

/** Fit models to one split's training part, and ask them. */
export async function fitRound(
  context: CliContext,
  options: Pick<EvaluateCommandOptions, "protocol" | "liked" | "heldOut" | "k" | "threads">,
  { opened, progress, wanted, seed, metrics }: RoundParts,
): Promise<Round> {
  const { protocol, liked, heldOut, k, threads } = options;
  const { data, features, facts } = opened;
  const split = makeSplit(data.interactions, protocol, {
    likedFrom: starPreference(liked),
    seed,
    ...(heldOut !== undefined && { heldOut }),
  });
  await using products = openProducts(threads);
  const contenders = await evaluateModels(
    { data, split, features, ...wanted, seed },
    {
      products,
      progress: (model, share) => {
        progress.update(Math.round(100 * share), 100, `${protocol}, seed ${seed}: ${model}`);
      },
      signal: context.signal,
      nowMs: () => performance.now(),
    },
    { metrics: metrics ?? metricsOf(k), listLength: k, distance: genreDistance(facts.genres) },
  );
  return { split, contenders };
}
