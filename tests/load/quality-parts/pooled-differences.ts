import type { Evaluation } from "@canarec/inference/evaluation/evaluate";
import {
  type PairedDifference,
  pairedDifference,
} from "@canarec/inference/evaluation/paired-difference";
import { hitsOf, parseMetric } from "@canarec/inference/evaluation/rank-metrics";
import type { Slice } from "@canarec/inference/evaluation/slices";
import type { Split } from "@canarec/inference/evaluation/split";

/** A measure of one user by two models, in one seed's split. */
interface Pair {
  readonly main: number;
  readonly candidate: number;
}

/** By user, one pair a seed in which the user has something to find. */
export type Pairs = Map<number, Pair[]>;

/** Add one seed's users who have something to find in a slice. */
export function addPairs(
  pairs: Pairs,
  { cases }: Split,
  evaluations: Readonly<Record<keyof Pair, Pick<Evaluation, "lists">>>,
  { slice, metric }: { readonly slice: Slice; readonly metric: string },
): void {
  const measure = parseMetric(metric);
  cases.forEach((one, place) => {
    const targets = slice.targetsOf(one);
    if (targets.length === 0) return;
    const valueOf = ({ lists }: Pick<Evaluation, "lists">) =>
      measure.valueOf(hitsOf(lists[place] ?? new Int32Array(0), targets));
    const pair = { main: valueOf(evaluations.main), candidate: valueOf(evaluations.candidate) };
    pairs.set(one.user, [...(pairs.get(one.user) ?? []), pair]);
  });
}

/**
 * The mean difference with each user counted once, by their mean over seeds: the interval is over users, who are what is
 * drawn, not over seeds, which ask the same users again. Undefined for fewer than 20 users.
 */
export function pooledDifference(pairs: Pairs): PairedDifference | undefined {
  if (pairs.size < LEAST_USERS) return undefined;
  const meansOf = (side: keyof Pair) =>
    Float64Array.from(
      pairs.values(),
      (own) => own.reduce((sum, pair) => sum + pair[side], 0) / own.length,
    );
  const result = pairedDifference(meansOf("main"), meansOf("candidate"), { seed: 1 });
  return result.kind === "difference" ? result : undefined;
}

const LEAST_USERS = 20;
