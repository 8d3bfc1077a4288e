import { type SeedAverage, averageSeeds } from "@canarec/inference/evaluation/average-seeds";
import { type SliceComparison, compareSlices } from "@canarec/inference/evaluation/compare-slices";
import type { Evaluation } from "@canarec/inference/evaluation/evaluate";
import { pairedDifference } from "@canarec/inference/evaluation/paired-difference";
import { slicesOf } from "@canarec/inference/evaluation/slices";
import { ServiceError } from "@canarec/service-kit/errors";
import { starPreference } from "@canarec/vectordb-scripts/catalog/read-ratings";
import { type EvaluateCommandOptions, comparedMetrics } from "./command-options.ts";
import type { EvaluatedDifference, EvaluationReport } from "./evaluation-report.ts";
import type { Round, Rounds } from "./fit-rounds.ts";

interface Averaged {
  readonly name: string;
  readonly seconds: number | null;
  readonly average: SeedAverage;
}

/**
 * Averages over the rounds, and differences where they are wanted.
 *
 * @throws ServiceError "invalid_argument" where the model to compare with was not evaluated.
 */
export function reportRounds(rounds: Rounds, options: EvaluateCommandOptions): EvaluationReport {
  const { k, liked, against = null } = options;
  const { name, protocol, seeds } = rounds;
  const averages = averagesOf(rounds.rounds);
  return {
    data: name,
    protocol,
    seeds,
    likedFrom: starPreference(liked),
    k,
    users: averages[0]?.average.users.length ?? 0,
    models: averages.map(({ average: { means, coverage, gini }, ...model }) => {
      return { ...model, means, coverage, gini };
    }),
    against,
    differences: against === null ? [] : differencesOf(averages, rounds, { ...options, against }),
  };
}

function averagesOf(rounds: readonly Round[]): Averaged[] {
  return (rounds[0]?.contenders ?? []).map(({ name, seconds = null }) => ({
    name,
    seconds,
    average: averageSeeds(rounds.map((round) => evaluationOf(round, name))),
  }));
}

function evaluationOf({ contenders }: Round, model: string): Evaluation {
  const found = contenders.find(({ name }) => name === model);
  if (found !== undefined) return found.evaluation;
  throw new ServiceError("invalid_argument", `${model} is not among the models evaluated`);
}

type Against = EvaluateCommandOptions & { readonly against: string };

/** Of each model but the one compared with, by each measure. */
function differencesOf(
  averages: readonly Averaged[],
  rounds: Rounds,
  options: Against,
): EvaluatedDifference[] {
  const { against, k, seed } = options;
  const main = averages.find(({ name }) => name === against);
  if (main === undefined) {
    throw new ServiceError("invalid_argument", `${against} is not among the models evaluated`);
  }
  const others = averages.filter((one) => one !== main);
  return others.flatMap(({ name, average }) =>
    comparedMetrics(k).map((metric) => {
      const valuesOf = (one: SeedAverage) => one.perUser[metric] ?? new Float64Array(0);
      const result = pairedDifference(valuesOf(main.average), valuesOf(average), { seed });
      const slices =
        options.slices === true ? slicesBetween(rounds, { name, metric }, options) : [];
      return { name, metric, result, slices };
    }),
  );
}

function slicesBetween(
  { rounds, facts }: Rounds,
  { name, metric }: { readonly name: string; readonly metric: string },
  { against, seed }: Against,
): SliceComparison[] {
  return rounds.flatMap((round) => {
    const lists = { main: evaluationOf(round, against), candidate: evaluationOf(round, name) };
    return compareSlices(lists, round.split, slicesOf(round.split, facts), { metric, seed });
  });
}
