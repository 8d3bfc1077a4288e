import { z } from "zod";
import type { FitTools } from "./model.ts";
import { fitNeighbourTable, type NeighbourTable } from "./sparse/neighbour-table.ts";
import { addToSums, type RowSums, scaleSums } from "./sparse/row-product.ts";
import { type Sequences, sequencesOf } from "./sparse/sequences.ts";
import { tableModel, type WeighingRule } from "./sparse/table-model.ts";
import type { WeighUser } from "./sparse/weighing.ts";

const Config = z.strictObject({
  leastPreference: z.number().gt(0).max(1),
  neighbours: z.int().min(1).max(1000),
  steps: z.int().min(1).max(1000),
  stepDecay: z.number().gt(0).max(1),
  backward: z.number().min(0).max(1),
  shrinkage: z.number().min(0),
  beta: z.number().min(0).max(2),
  lastMovies: z.int().min(1),
  lastDecay: z.number().gt(0).max(1),
});

/** How one movie leads to another. */
export interface TransitionsConfig {
  /** What a preference must reach for a movie to be part of a sequence, in (0, 1]. */
  readonly leastPreference: number;
  /** Kept a movie. */
  readonly neighbours: number;
  /** Movies ahead in a sequence to which a movie leads. */
  readonly steps: number;
  /** Weight of each further step, against the one before it. In (0, 1]. */
  readonly stepDecay: number;
  /** Weight of a transition the other way round, in [0, 1]: with 1 the order does not count. */
  readonly backward: number;
  /** Added to a movie's transitions before they are divided by. From 0. */
  readonly shrinkage: number;
  /** Power of the number of times that a movie is met, by which its weight is divided. In [0, 2]. */
  readonly beta: number;
  /** Latest liked movies of a user that lead on. */
  readonly lastMovies: number;
  /** Weight of a movie against the one that was watched after it. In (0, 1]. */
  readonly lastDecay: number;
}

type OrderRule = Pick<TransitionsConfig, "leastPreference" | "lastMovies" | "lastDecay">;

/** A user's last movies weigh by their order alone. */
const BY_ORDER: WeighingRule<OrderRule> = {
  stored: ({ leastPreference, lastMovies, lastDecay }) => ({
    leastPreference,
    lastMovies,
    lastDecay,
  }),
  weigher: ({ leastPreference = NaN, lastMovies = NaN, lastDecay = NaN }) =>
    weigherByOrder({ leastPreference, lastMovies, lastDecay }),
};

/**
 * What is watched after what: of users' sequences in time, a Markov chain with steps of several
 * lengths,
 *
 *     w(i → j) = Σ decay^(gap − 1) / (all of i's + shrinkage) / times(j)^β
 *
 * from a user's last movies, the latest loudest: what was watched tonight counts now. Of two movies at
 * one time neither comes first: each counts half before and half after the other.
 */
export const transitions = tableModel<TransitionsConfig>({
  name: "transitions",
  schema: Config,
  // Found on each user's next movies, a fifth of their history hidden at its end; ml-latest-small.
  defaults: {
    leastPreference: 0.1,
    neighbours: 200,
    steps: 20,
    stepDecay: 0.93,
    backward: 0.3,
    shrinkage: 20,
    beta: 0,
    lastMovies: 50,
    lastDecay: 0.88,
  },
  weighing: BY_ORDER,
  table: (interactions, config, tools) =>
    follow(sequencesOf(interactions, config.leastPreference), config, tools),
});

function follow(
  sequences: Sequences,
  config: TransitionsConfig,
  tools: FitTools,
): Promise<NeighbourTable> {
  const { movies, places, placeStarts } = sequences;
  const rarity = Float64Array.from({ length: movies }, (_, movie) => {
    const times = (placeStarts[movie + 1] as number) - (placeStarts[movie] as number);
    return Math.max(1, times) ** -config.beta;
  });
  const decays = Array.from({ length: config.steps }, (_, step) => config.stepDecay ** step);
  return fitNeighbourTable({ movies, width: config.neighbours }, tools, (movie, sums) => {
    for (const place of places.subarray(placeStarts[movie], placeStarts[movie + 1])) {
      addSteps(sums, sequences, [place, 1], { decays, weight: 1, together: config.backward });
      const weight = config.backward;
      addSteps(sums, sequences, [place, -1], { decays, weight, together: 1 });
    }
    const all = totalOf(sums) + config.shrinkage;
    scaleSums(sums, (j) => (rarity[j] as number) / all);
  });
}

interface Steps {
  /** Of each step, the first one first. */
  readonly decays: readonly number[];
  /** Of this direction. */
  readonly weight: number;
  /** Of the other: what is at the same time counts half of each. */
  readonly together: number;
}

/** Add what lies before (direction −1) or after (1) a place in its sequence. */
function addSteps(
  sums: RowSums,
  { userAt, movieAt, timeAt }: Sequences,
  [place, direction]: readonly [number, 1 | -1],
  { decays, weight, together }: Steps,
): void {
  for (let step = 0; step < decays.length; step += 1) {
    const other = place + direction * (step + 1);
    if (userAt[other] !== userAt[place]) return;
    const share = timeAt[other] === timeAt[place] ? (weight + together) / 2 : weight;
    if (share > 0) addToSums(sums, movieAt[other] as number, share * (decays[step] as number));
  }
}

function totalOf({ sums, touched, count }: RowSums): number {
  let total = 0;
  for (let at = 0; at < count; at += 1) total += sums[touched[at] as number] as number;
  return total;
}

/** Weigh a user's last liked movies: decay^(number of liked movies watched later). */
function weigherByOrder({ leastPreference, lastMovies, lastDecay }: OrderRule): WeighUser {
  const least = Math.fround(leastPreference);
  return ({ preferences, times }) => {
    const weights = new Float64Array(preferences.length);
    const liked = times.filter((_, place) => (preferences[place] as number) >= least).sort();
    const heard = Math.min(lastMovies, liked.length);
    const first = liked[liked.length - heard] ?? NaN;
    let ties = heard - laterThan(liked, first);
    for (let place = 0; place < weights.length; place += 1) {
      const time = times[place] as number;
      if (!((preferences[place] as number) >= least) || time < first) continue;
      if (time > first || ties-- > 0) weights[place] = lastDecay ** laterThan(liked, time);
    }
    return weights;
  };
}

/** How many of some ascending times are later than one. */
function laterThan(ascending: Float64Array, time: number): number {
  let from = 0;
  let to = ascending.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] as number) > time) to = middle;
    else from = middle + 1;
  }
  return ascending.length - from;
}
