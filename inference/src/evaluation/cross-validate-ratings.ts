import { ServiceError } from "@canarec/service-kit/errors";
import { type Interactions, rowOf } from "../models/interactions.ts";
import type { FitTools, Model, Scorer } from "../models/model.ts";
import { type Fold, foldInteractions } from "./fold-interactions.ts";
import { type RatingErrors, ratingErrors } from "./rating-errors.ts";

/** How ratings are parted and told. */
export interface RatingFolds {
  /** At least 2. */
  readonly folds: number;
  readonly seed: number;
  /** The best rating in the unit of the errors: 5 for stars. Predictions are cut to what it and `least` allow. */
  readonly best: number;
  /** The least rating that can be given, in the same unit. */
  readonly least: number;
}

/** How far one model's predicted ratings are from given ones. */
export interface ValidatedConfig<Config> {
  readonly config: Config;
  /** Of each fold. */
  readonly folds: readonly RatingErrors[];
  /** Means over the folds. */
  readonly rmse: number;
  readonly mae: number;
}

/**
 * Fit a model of ratings to all but one fold and ask it for that one, fold by fold. A user's other ratings are what the
 * model is told of the user, as when it serves.
 *
 * @param ratings preferences of given ratings alone: 2 · rating − 1, rating in [0, 1].
 * @param configs each is tried on the same folds.
 * @returns in the order of configs.
 * @throws RangeError for fewer than 2 folds, ServiceError "failed_precondition" for more than there are ratings; else as
 *   the model does.
 */
export async function crossValidateRatings<Config extends object>(
  model: Model<Config>,
  ratings: Interactions,
  configs: readonly Config[],
  { tools, ...options }: RatingFolds & { readonly tools: FitTools },
): Promise<ValidatedConfig<Config>[]> {
  const count = ratings.movieOf.length;
  if (count < options.folds) {
    const message = `${count} ratings are too few for ${options.folds} folds`;
    throw new ServiceError("failed_precondition", message);
  }
  const parts = foldInteractions(ratings, options.folds, options.seed);
  const validated: ValidatedConfig<Config>[] = [];
  for (const config of configs) {
    const folds: RatingErrors[] = [];
    for (const fold of parts) {
      const scorer = model.prepare(await model.fit(fold.training, config, tools));
      folds.push(errorsOf(scorer, fold, options));
    }
    const meanOf = (of: (errors: RatingErrors) => number) =>
      folds.reduce((sum, errors) => sum + of(errors), 0) / folds.length;
    const [rmse, mae] = [meanOf((errors) => errors.rmse), meanOf((errors) => errors.mae)];
    validated.push({ config, folds, rmse, mae });
  }
  return validated;
}

/** Every combination of the values of some parameters, the last one varying fastest. @param defaults for all others. */
export function gridOf<Config extends object>(
  defaults: Config,
  values: Readonly<Partial<Record<keyof Config, readonly number[]>>>,
): Config[] {
  return Object.entries<readonly number[] | undefined>(values).reduce<Config[]>(
    (configs, [parameter, several = []]) =>
      configs.flatMap((config) => several.map((value) => ({ ...config, [parameter]: value }))),
    [defaults],
  );
}

/** The one with the least RMSE; of equal ones the first. @throws RangeError without one. */
export function bestOf<Config>(
  validated: readonly ValidatedConfig<Config>[],
): ValidatedConfig<Config> {
  const [best] = validated.toSorted((a, b) => a.rmse - b.rmse);
  if (best === undefined) throw new RangeError("no config was tried");
  return best;
}

function errorsOf(scorer: Scorer, { training, test }: Fold, { best, least }: RatingFolds) {
  const predicted = new Float64Array(test.movieOf.length);
  for (let user = 0; user < test.users; user += 1) {
    const start = test.starts[user] ?? 0;
    const asked = rowOf(test, user).movieOf;
    const scores = new Float32Array(asked.length);
    scorer.scoreSome(rowOf(training, user), asked, scores);
    predicted.set(
      scores.map((score) => Math.min(best, Math.max(least, best * score))),
      start,
    );
  }
  const given = Float64Array.from(test.preferences, (preference) => (best * (preference + 1)) / 2);
  return ratingErrors(predicted, given);
}
