import { ServiceError } from "@canarec/service-kit/errors";

/** Where a list holds what was to be found. */
export interface Hits {
  /** 1 for the first of the list; ascending. */
  readonly ranks: readonly number[];
  /** How many were to be found, at least 1. */
  readonly targets: number;
}

/** @param targets no movie twice. @param list best first, no movie twice. */
export function hitsOf(list: Int32Array, targets: Int32Array): Hits {
  const wanted = new Set(targets);
  const ranks: number[] = [];
  list.forEach((movie, place) => {
    if (wanted.has(movie)) ranks.push(place + 1);
  });
  return { ranks, targets: targets.length };
}

/** Measures of one user's list cut at k, all in [0, 1], larger is better. */
const RANK_METRICS = {
  /** Hits over min(k, targets): 1 where all that fits was found (Liang et al. 2018). */
  recall: (hits: Hits, k: number) => within(hits, k).length / Math.min(k, hits.targets),
  /** Hits over targets, whatever k. */
  plain_recall: (hits: Hits, k: number) => within(hits, k).length / hits.targets,
  /** Hits over k. */
  precision: (hits: Hits, k: number) => within(hits, k).length / k,
  /** Σ 1 / log₂(rank + 1) over the hits, over the same of the best list (Järvelin & Kekäläinen 2002). */
  ndcg: (hits: Hits, k: number) =>
    discounted(within(hits, k)) / idealGain(Math.min(k, hits.targets)),
  /** Mean over min(k, targets) of the precision at each hit; 0 for a target that is not in the list. */
  map: (hits: Hits, k: number) =>
    sum(within(hits, k).map((rank, place) => (place + 1) / rank)) / Math.min(k, hits.targets),
  /** 1 over the rank of the first hit; 0 without. */
  mrr: (hits: Hits, k: number) => (within(hits, k).length > 0 ? 1 / (hits.ranks[0] ?? 1) : 0),
  /** 1 with a hit, else 0. */
  hit_rate: (hits: Hits, k: number) => (within(hits, k).length > 0 ? 1 : 0),
} as const;

export type RankMetric = keyof typeof RANK_METRICS;

/** A measure and where lists are cut, such as `recall@20`. */
export type MetricName = `${RankMetric}@${number}`;

/** A measure that can be applied. */
export interface Metric {
  readonly name: MetricName;
  readonly k: number;
  /** One user's value, in [0, 1]. */
  valueOf(hits: Hits): number;
}

/** @throws ServiceError "invalid_argument" for a name that is not of the form measure@k. */
export function parseMetric(name: string): Metric {
  const [, measure = "", digits = ""] = /^([a-z_]+)@([1-9]\d{0,5})$/.exec(name) ?? [];
  if (!isRankMetric(measure)) {
    throw new ServiceError(
      "invalid_argument",
      `${name} is no measure: ${Object.keys(RANK_METRICS).join(", ")} with @k behind it are`,
    );
  }
  const k = Number(digits);
  return { name: `${measure}@${k}`, k, valueOf: (hits) => RANK_METRICS[measure](hits, k) };
}

function isRankMetric(name: string): name is RankMetric {
  return Object.hasOwn(RANK_METRICS, name);
}

function within({ ranks }: Hits, k: number): readonly number[] {
  return ranks.filter((rank) => rank <= k);
}

function discounted(ranks: readonly number[]): number {
  return sum(ranks.map((rank) => 1 / Math.log2(rank + 1)));
}

function idealGain(count: number): number {
  return discounted(Array.from({ length: count }, (_, place) => place + 1));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
