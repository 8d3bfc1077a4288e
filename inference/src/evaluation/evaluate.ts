import { ServiceError } from "@canarec/service-kit/errors";
import type { Scorer } from "../models/model.ts";
import {
  type Distance,
  appearances,
  coverageOf,
  diversityOf,
  giniOf,
  noveltyOf,
  surpriseOf,
} from "./catalogue-metrics.ts";
import { type Estimate, estimateOf } from "./estimate.ts";
import { type Metric, type MetricName, hitsOf, parseMetric } from "./rank-metrics.ts";
import { rankCases } from "./rank-top.ts";
import { requireCases } from "./require-cases.ts";
import type { Split } from "./split.ts";

export const DEFAULT_METRICS: readonly MetricName[] = [
  "recall@20",
  "ndcg@10",
  "ndcg@20",
  "ndcg@100",
  "map@20",
  "mrr@20",
  "hit_rate@20",
];

/** What is shown to a user: coverage, Gini, novelty and diversity are those of so many movies. */
const LIST_LENGTH = 20;

export interface EvaluateOptions {
  /** DEFAULT_METRICS unless told. */
  readonly metrics?: readonly string[];
  /** How much of each list coverage, Gini, novelty and diversity look at; 20 unless told. */
  readonly listLength?: number;
  /** What diversity is measured by; without it there is none. */
  readonly distance?: Distance;
  /** @param share of the users asked, in [0, 1]. */
  readonly progress?: (share: number) => void;
}

/** How well lists find what was hidden, user by user and together. */
export interface Evaluation {
  /** Users asked, ascending; all arrays below are in their order. */
  readonly users: Int32Array;
  /** Each user's list, best first, as deep as the deepest measure. */
  readonly lists: readonly Int32Array[];
  /** By measure, (users). Beside the rank measures `novelty` in bits, and `diversity` where there is a distance. */
  readonly perUser: Readonly<Record<string, Float64Array>>;
  /** Means of `perUser`. */
  readonly means: Readonly<Record<string, Estimate>>;
  /** Share of all movies that are in somebody's list. */
  readonly coverage: number;
  /** Concentration of what is shown, in [0, 1): 0 is even. */
  readonly gini: number;
}

/**
 * Ask a model for each test user's list, of all movies but those that are barred, and measure it.
 *
 * @throws ServiceError "failed_precondition" when the split has nobody to ask, "invalid_argument" for an unknown
 *   measure or a model of other movies, "internal" when the model scores a number that is not finite.
 */
export function evaluate(scorer: Scorer, split: Split, options: EvaluateOptions = {}): Evaluation {
  const depth = depthOf(options);
  return measureLists(rankCases(scorer, split, depth, options.progress), split, options);
}

/** How deep lists have to be for these measures. */
export function depthOf({ metrics = DEFAULT_METRICS, listLength = LIST_LENGTH }: EvaluateOptions) {
  return Math.max(listLength, ...metrics.map((name) => parseMetric(name).k));
}

/**
 * The same of lists that were made elsewhere.
 *
 * @param lists (cases), best first, no movie twice.
 * @throws ServiceError as evaluate does.
 */
export function measureLists(
  lists: readonly Int32Array[],
  split: Split,
  options: EvaluateOptions = {},
): Evaluation {
  const { metrics = DEFAULT_METRICS, listLength = LIST_LENGTH, distance } = options;
  const { cases, protocol } = split;
  requireCases(split);
  if (lists.length !== cases.length) {
    const message = `${lists.length} lists for the ${cases.length} users of the ${protocol} split`;
    throw new ServiceError("invalid_argument", message);
  }
  const shown = lists.map((list) => list.subarray(0, listLength));
  const surprise = surpriseOf(split.training);
  const perUser: Record<string, Float64Array> = {
    ...measureRanks(lists, split, metrics.map(parseMetric)),
    novelty: Float64Array.from(shown, (list) => noveltyOf(list, surprise)),
  };
  if (distance !== undefined) {
    perUser["diversity"] = Float64Array.from(shown, (list) => diversityOf(list, distance));
  }
  const counts = appearances(shown, split.training.movies);
  return {
    users: Int32Array.from(split.cases, ({ user }) => user),
    lists,
    perUser,
    means: Object.fromEntries(
      Object.entries(perUser).map(([name, values]) => [name, estimateOf(values)]),
    ),
    coverage: coverageOf(counts),
    gini: giniOf(counts),
  };
}

function measureRanks(
  lists: readonly Int32Array[],
  { cases }: Split,
  metrics: readonly Metric[],
): Record<string, Float64Array> {
  const hits = cases.map(({ targets }, place) =>
    hitsOf(lists[place] ?? new Int32Array(0), targets),
  );
  return Object.fromEntries(
    metrics.map((metric) => [metric.name, Float64Array.from(hits, (one) => metric.valueOf(one))]),
  );
}
