import type { Estimate } from "@canarec/inference/evaluation/estimate";
import type { Protocol } from "@canarec/inference/evaluation/split";
import type { ModelName } from "@canarec/inference/models/model";

/** A figure that others' implementation reached on ml-latest-small, ratings from 4 on liked. */
export interface ReferenceRow {
  readonly protocol: Protocol;
  readonly model: ModelName;
  readonly metric: string;
  readonly value: number;
  /** Its standard error; null where none is told: then that of ours on one split, of as many users, stands in. */
  readonly se: number | null;
}

/** Users that the strong protocol of the figures holds out. */
export const REFERENCE_HELD_OUT = 60;

const MODELS_OF_TABLE = ["popularity", "item_knn", "rp3beta", "ease", "ials"] as const;

/** By protocol: measures, then a line of their values a model. */
const TABLES: readonly (readonly [Protocol, readonly string[], readonly (readonly number[])[]])[] =
  [
    [
      "strong",
      ["recall@20", "ndcg@100"],
      [
        [0.133, 0.164],
        [0.283, 0.289],
        [0.288, 0.279],
        [0.314, 0.311],
        [0.315, 0.313],
      ],
    ],
    [
      "weak",
      ["recall@20", "ndcg@10", "ndcg@100"],
      [
        [0.169, 0.153, 0.216],
        [0.274, 0.243, 0.315],
        [0.288, 0.249, 0.33],
        [0.305, 0.276, 0.352],
        [0.315, 0.272, 0.356],
      ],
    ],
    [
      "leave-one-out",
      ["ndcg@10", "recall@10"],
      [
        [0.456, 0.701],
        [0.58, 0.785],
        [0.599, 0.819],
        [0.604, 0.814],
        [0.608, 0.826],
      ],
    ],
  ];

/** Standard errors that are told with the figures. */
const STRONG_SE = 0.03;
const GORSE_SE = 0.01;

export const REFERENCE_ROWS: readonly ReferenceRow[] = [
  ...TABLES.flatMap(([protocol, metrics, lines]) =>
    MODELS_OF_TABLE.flatMap((model, line) =>
      metrics.map((metric, column) => ({
        protocol,
        model,
        metric,
        value: lines[line]?.[column] ?? 0,
        se: protocol === "strong" ? STRONG_SE : null,
      })),
    ),
  ),
  { protocol: "gorse", model: "popularity", metric: "recall@20", value: 0.192, se: GORSE_SE },
  { protocol: "gorse", model: "popularity", metric: "ndcg@10", value: 0.162, se: GORSE_SE },
  { protocol: "gorse", model: "ease", metric: "recall@20", value: 0.356, se: GORSE_SE },
  { protocol: "gorse", model: "ease", metric: "ndcg@10", value: 0.325, se: GORSE_SE },
];

/**
 * Where the registry's defaults are for models that are blended and served, what a model by itself has; others' figures
 * are of models by themselves, with nothing cut off.
 */
export const REFERENCE_CONFIGS: Readonly<Partial<Record<ModelName, object>>> = {
  ials: { unobservedWeight: 0.1 },
  // Of 200 neighbours a movie one target in twelve is out of every walk's reach, which tells where 100 sampled movies are ranked.
  rp3beta: { neighbours: 1_000 },
};

/** A figure of others beside ours. */
export interface ComparedRow extends ReferenceRow {
  readonly ours: number;
  readonly ourSe: number;
  /** (ours − theirs) in combined standard errors; within ±2 it is reproduced. */
  readonly errorsApart: number;
}

/**
 * Put ours beside theirs.
 *
 * @param average over our splits. @param single of one split: how much one split of theirs varies, too.
 */
export function compareRow(row: ReferenceRow, average: Estimate, single: Estimate): ComparedRow {
  const ourSe = average.se ?? 0;
  const theirSe = row.se ?? single.se ?? 0;
  const errorsApart = (average.mean - row.value) / Math.hypot(ourSe, theirSe);
  return { ...row, ours: average.mean, ourSe, errorsApart };
}
