import {
  type ValidatedConfig,
  bestOf,
  crossValidateRatings,
  gridOf,
} from "@canarec/inference/evaluation/cross-validate-ratings";
import { keepInteractions } from "@canarec/inference/evaluation/keep-interactions";
import type { FitTools } from "@canarec/inference/models/model";
import { type SvdConfig, svd } from "@canarec/inference/models/svd/svd";
import { openProducts } from "@canarec/inference/training/open-products";
import { ServiceError } from "@canarec/service-kit/errors";
import { STARS } from "@canarec/vectordb-scripts/catalog/read-ratings";
import { z } from "zod";
import type { CliContext } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { type Progress, startProgress } from "../output/progress.ts";
import { table } from "../output/table.ts";
import { counted } from "../output/words.ts";
import { readJsonFile } from "../read-json-file.ts";
import type { EvaluateCommandOptions } from "./command-options.ts";
import { type EvaluationData, openData } from "./evaluation-data.ts";

/** The least rating of MovieLens. */
const LEAST_STARS = 0.5;

/** How far predicted ratings are from given ones, in stars of five. */
export interface RatingsReport {
  readonly data: string;
  readonly ratings: number;
  readonly folds: number;
  readonly seed: number;
  readonly rows: readonly RatingsRow[];
}

interface RatingsRow extends Pick<ValidatedConfig<SvdConfig>, "config" | "rmse" | "mae"> {
  /** Biases of users and movies alone, what is shipped, or the best of the grid. */
  readonly name: "biases" | "svd" | "grid";
}

/**
 * `canarec evaluate --folds N`: predicted ratings, beside the biases alone.
 *
 * @throws ServiceError "invalid_argument" for a grid that is none; RangeError for more folds than ratings.
 */
export async function ratingsAction(
  context: CliContext,
  options: EvaluateCommandOptions & { readonly folds: number },
): Promise<void> {
  const grid = options.grid === undefined ? [] : readGrid(context, options.grid);
  using progress = startProgress(context, options, "evaluating");
  const opened = await openData(context, options, progress);
  const ratings = keepInteractions(opened.data.interactions, opened.data.isRated);
  await using products = openProducts(options.threads);
  const tools = toolsOf(context, opened, { products, progress });
  const { folds, seed } = options;
  const how = { folds, seed, best: STARS, least: LEAST_STARS, tools };
  const [biases, shipped, ...tried] = await crossValidateRatings(
    svd,
    ratings,
    [{ ...svd.defaults, factors: 0 }, svd.defaults, ...grid],
    how,
  );
  const rows = [
    ...(biases === undefined ? [] : [rowOf("biases", biases)]),
    ...(shipped === undefined ? [] : [rowOf("svd", shipped)]),
    ...(tried.length === 0 ? [] : [rowOf("grid", bestOf(tried))]),
  ];
  const report = { data: opened.name, ratings: ratings.movieOf.length, folds, seed, rows };
  printResult<RatingsReport>(context, options, report, inWords);
}

function toolsOf(
  context: CliContext,
  { features }: EvaluationData,
  { products, progress }: Pick<FitTools, "products"> & { readonly progress: Progress },
): FitTools {
  return {
    features,
    products,
    signal: context.signal,
    progress: async (share) => {
      progress.update(Math.round(100 * share), 100, "a fold");
      await new Promise(setImmediate); // signals and timers have their turn
    },
  };
}

const Grid = z.record(z.string(), z.array(z.number()).min(1));

function readGrid(context: CliContext, file: string): SvdConfig[] {
  const values = Grid.safeParse(readJsonFile(context, file));
  if (!values.success) throw noGrid(file, z.prettifyError(values.error));
  const unknown = Object.keys(values.data).find((name) => !Object.hasOwn(svd.defaults, name));
  if (unknown !== undefined) throw noGrid(file, `svd has no parameter ${unknown}`);
  return gridOf(svd.defaults, values.data);
}

function noGrid(file: string, why: string): ServiceError {
  return new ServiceError("invalid_argument", `${file} is no grid: ${why}`);
}

function rowOf(
  name: RatingsRow["name"],
  { config, rmse, mae }: ValidatedConfig<SvdConfig>,
): RatingsRow {
  return { name, config, rmse, mae };
}

function inWords({ data, ratings, folds, seed, rows }: RatingsReport): string {
  const cells = rows.map(({ name, rmse, mae, config }) => [
    name,
    rmse.toFixed(4),
    mae.toFixed(4),
    name === "grid" ? JSON.stringify(config) : "",
  ]);
  const head = `${data}, ${counted(ratings, "rating")}, ${folds} folds, seed ${seed}; in stars of five`;
  return [head, "", table(["", "RMSE", "MAE", ""], cells)].join("\n");
}
