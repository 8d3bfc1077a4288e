import type { Protocol } from "@canarec/inference/evaluation/split";
import type { CommonOptions } from "../cli-context.ts";

/** What the command line of `canarec evaluate` says. */
export interface EvaluateCommandOptions extends CommonOptions {
  readonly data?: string;
  readonly protocol: Protocol;
  readonly models?: readonly string[];
  readonly bundle?: string;
  readonly config?: string;
  /** Of five stars. */
  readonly liked: number;
  readonly heldOut?: number;
  readonly k: number;
  readonly seed: number;
  readonly seeds: number;
  readonly against?: string;
  readonly slices?: boolean;
  readonly reference?: boolean;
  readonly threads: number;
  /** Instead of lists: how far predicted ratings are from given ones. */
  readonly folds?: number;
  /** File. */
  readonly grid?: string;
}

/** The measures that are told, each once. */
export function metricsOf(k: number): string[] {
  const ofLists = ["recall", "plain_recall", "ndcg", "map", "mrr", "hit_rate"];
  return [...new Set([...ofLists.map((name) => `${name}@${k}`), "ndcg@10", "ndcg@100"])];
}

/** The measures that models are compared by. */
export function comparedMetrics(k: number): string[] {
  return [`recall@${k}`, "ndcg@100"];
}
