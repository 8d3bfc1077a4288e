import { z } from "zod";
import type { FitTools } from "./model.ts";
import { limitSources } from "./sparse/limit-sources.ts";
import { fitNeighbourTable, type NeighbourTable } from "./sparse/neighbour-table.ts";
import { addProductRow, scaleSums } from "./sparse/row-product.ts";
import { rowSums, type SparseRows, transposed, withValues } from "./sparse/sparse-rows.ts";
import { BY_WEIGHING, tableModel } from "./sparse/table-model.ts";
import { GRADED_WEIGHING, type Weighing, WeighingShape } from "./sparse/weighing.ts";
import { weightedRows } from "./sparse/weighted-rows.ts";

const Config = z.strictObject({
  ...WeighingShape,
  neighbours: z.int().min(1).max(1000),
  sources: z.int().min(1),
  shrinkage: z.number().min(0),
  asymmetry: z.number().min(0).max(1),
  userDamping: z.number().min(0).max(1),
  mostMoviesOfUser: z.int().min(1),
});

/** How movies are neighbours. */
export interface ItemKnnConfig extends Weighing {
  /** Kept a movie. */
  readonly neighbours: number;
  /** Movies that may name the same neighbour: the nearest to it. */
  readonly sources: number;
  /** Added to the norms' product: similarities that few users speak for shrink. From 0. */
  readonly shrinkage: number;
  /** Power of the watched movie's squared norm; 1 − it of the other's. 0.5 is the cosine. In [0, 1]. */
  readonly asymmetry: number;
  /** A user of n movies counts n^−damping: who likes everything tells little. In [0, 1]. */
  readonly userDamping: number;
  /** Latest movies of a user that are paired. */
  readonly mostMoviesOfUser: number;
}

/**
 * Movies are alike that the same users like: the cosine of their columns, shrunk,
 *
 *     s(i → j) = i · j / (|i|^2a · |j|^2(1 − a) + shrinkage)
 *
 * (Sarwar et al. 2001; asymmetric: Aiolli 2013).
 */
export const itemKnn = tableModel<ItemKnnConfig>({
  name: "item_knn",
  schema: Config,
  defaults: {
    ...GRADED_WEIGHING,
    neighbours: 200,
    sources: 200,
    shrinkage: 0.3,
    asymmetry: 0.6,
    userDamping: 0.75,
    mostMoviesOfUser: 2000,
  },
  weighing: BY_WEIGHING,
  table: (interactions, config, tools) =>
    neighboursOf(weightedRows(interactions, config, config.mostMoviesOfUser), config, tools),
});

async function neighboursOf(
  users: SparseRows,
  config: ItemKnnConfig,
  tools: FitTools,
): Promise<NeighbourTable> {
  const { asymmetry, shrinkage, userDamping } = config;
  const damped = withValues(users, (value, user) => {
    const length = (users.starts[user + 1] as number) - (users.starts[user] as number);
    return value * length ** (-userDamping / 2);
  });
  const byMovie = transposed(damped);
  const squares = rowSums(byMovie, (value) => value * value);
  const [own, other] = [2 * asymmetry, 2 - 2 * asymmetry].map((power) =>
    squares.map((square) => square ** (power / 2)),
  ) as [Float64Array, Float64Array];
  const size = { movies: byMovie.rows, width: config.neighbours };
  const table = await fitNeighbourTable(size, tools, (movie, sums) => {
    addProductRow(sums, [byMovie, movie], damped, 1);
    const norm = own[movie] as number;
    scaleSums(sums, (j) => 1 / (norm * (other[j] as number) + shrinkage));
  });
  return limitSources(table, config.sources);
}
