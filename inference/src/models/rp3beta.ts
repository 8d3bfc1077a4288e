import { z } from "zod";
import type { Interactions } from "./interactions.ts";
import type { FitTools, MovieFeatures } from "./model.ts";
import { featureRows } from "./sparse/feature-rows.ts";
import { fitNeighbourTable, type NeighbourTable } from "./sparse/neighbour-table.ts";
import { addProductRow, scaleSums } from "./sparse/row-product.ts";
import { rowSums, type SparseRows, transposed, withValues } from "./sparse/sparse-rows.ts";
import { BY_WEIGHING, tableModel } from "./sparse/table-model.ts";
import { GRADED_WEIGHING, type Weighing, WeighingShape } from "./sparse/weighing.ts";
import { weightedRows } from "./sparse/weighted-rows.ts";

const Config = z.strictObject({
  ...WeighingShape,
  otherWeight: z.number().min(0).max(1), // a walk cannot be less likely than never
  neighbours: z.int().min(1).max(1000),
  alpha: z.number().min(0).max(4),
  beta: z.number().min(0).max(2),
  peopleWeight: z.number().min(0),
  genreWeight: z.number().min(0),
  mostMoviesOfUser: z.int().min(1),
});

/** How the walk goes. */
export interface Rp3betaConfig extends Weighing {
  /** Kept a movie. */
  readonly neighbours: number;
  /** Power of each step's probability: below 1 rare ways count more, above 1 likely ones. In [0, 4]. */
  readonly alpha: number;
  /** Power of a movie's number of users by which its weight is divided. In [0, 2]. */
  readonly beta: number;
  /** Walks by way of people against one by way of users. From 0. */
  readonly peopleWeight: number;
  /** Walks by way of genres against one by way of users. From 0. */
  readonly genreWeight: number;
  /** Latest movies of a user that are paired. */
  readonly mostMoviesOfUser: number;
}

/**
 * A random walk over the graph of movies, users, people and genres: from a movie to one of its users
 * (people, genres), and on to another movie of theirs,
 *
 *     w(i → j) = Σ_n weight(n) · p(i → n)^α · p(n → j)^α / users(j)^β
 *
 * over the nodes n beside both (Christoffel et al. 2015; Paudel et al. 2017). A movie that nobody has
 * watched is reached by its people and genres.
 */
export const rp3beta = tableModel<Rp3betaConfig>({
  name: "rp3beta",
  schema: Config,
  defaults: {
    ...GRADED_WEIGHING,
    neighbours: 200,
    alpha: 0.6,
    beta: 0.45,
    peopleWeight: 0.1,
    genreWeight: 0.1,
    mostMoviesOfUser: 2000,
  },
  weighing: BY_WEIGHING,
  table: walk,
});

/** Two steps of the walk by way of one sort of node. */
interface Way {
  readonly weight: number;
  /** Movies × nodes. */
  readonly out: SparseRows;
  /** Nodes × movies. */
  readonly back: SparseRows;
}

function walk(
  interactions: Interactions,
  config: Rp3betaConfig,
  tools: FitTools,
): Promise<NeighbourTable> {
  const byMovie = transposed(weightedRows(interactions, config, config.mostMoviesOfUser));
  const ways = [
    wayBy(byMovie, config.alpha, 1),
    ...featureWays(tools.features, interactions.movies, config),
  ];
  const rarity = rowSums(byMovie, () => 1).map((users) => Math.max(1, users) ** -config.beta);
  const size = { movies: byMovie.rows, width: config.neighbours };
  return fitNeighbourTable(size, tools, (movie, sums) => {
    for (const { out, back, weight } of ways) addProductRow(sums, [out, movie], back, weight);
    scaleSums(sums, (j) => rarity[j] as number);
  });
}

function featureWays(features: MovieFeatures, movies: number, config: Rp3betaConfig): Way[] {
  const { alpha, peopleWeight, genreWeight } = config;
  return [
    { of: features.people, weight: peopleWeight },
    { of: features.genres, weight: genreWeight },
  ]
    .filter(({ weight }) => weight > 0)
    .map(({ of, weight }) => wayBy(featureRows(of, movies), alpha, weight));
}

function wayBy(nodes: SparseRows, alpha: number, weight: number): Way {
  return {
    weight,
    out: probabilities(nodes, alpha),
    back: probabilities(transposed(nodes), alpha),
  };
}

/** Each entry's share of its row, to a power. */
function probabilities(of: SparseRows, power: number): SparseRows {
  const sums = rowSums(of, (value) => value);
  return withValues(of, (value, row) => (value / (sums[row] as number)) ** power);
}
