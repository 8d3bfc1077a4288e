import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { mersenne } from "pure-rand/generator/mersenne";
import { reportStep } from "../fit-steps.ts";
import type { Interactions } from "../interactions.ts";
import type { FitTools } from "../model.ts";
import { shuffle } from "../shuffle.ts";
import { type Biases, biasesOf } from "./biases.ts";
import { starsOf } from "./star-ratings.ts";

/** How factors of ratings are sought. */
export interface RatingOptions {
  /** Numbers a user and a movie; with none the prediction is of biases alone. */
  readonly factors: number;
  /** Passes over all ratings. */
  readonly epochs: number;
  readonly learningRate: number;
  /** Of the squares of factors, for each rating. */
  readonly decay: number;
  /** Of the squares of biases, for each user and movie. */
  readonly biasDamping: number;
  /** Standard deviation of what factors begin with, times √factors. */
  readonly spread: number;
  readonly seed: number;
}

/** stars ≈ mean + user's bias + movie's bias + user's factors · movie's factors. */
export interface RatingFactors extends Biases {
  /** (users × factors). */
  readonly userFactors: Float64Array;
  /** (movies × factors), zeros for a movie without ratings. */
  readonly movieFactors: Float64Array;
}

/**
 * Stochastic gradient descent (Koren, Bell, Volinsky 2009) on
 *
 *     Σ (stars − …)² + damping (Σ b_u² + Σ b_i²) + decay (Σ n_u |p_u|² + Σ n_i |q_i|²)
 *
 * from biases that are fitted by themselves, over ratings in an order that is drawn anew each epoch.
 */
export async function fitRatingFactors(
  ratings: Interactions,
  options: RatingOptions,
  tools: Pick<FitTools, "progress" | "signal">,
): Promise<RatingFactors> {
  const generator = mersenne(options.seed);
  const uniform = () => uniformFloat64(generator);
  const model = begin(ratings, options, uniform);
  const visits = visitsOf(ratings, model, options);
  const epochs = options.factors === 0 ? 0 : options.epochs;
  const order = Int32Array.from(ratings.movieOf.keys());
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    shuffle(order, (n) => Math.floor(uniform() * n));
    for (const at of order) visits(at);
    await reportStep(tools, (epoch + 1) / epochs);
  }
  return model;
}

function begin(ratings: Interactions, options: RatingOptions, uniform: () => number) {
  const { factors, spread, biasDamping } = options;
  const deviation = spread / Math.sqrt(factors);
  const normal = () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform())); // Box and Muller, 1958
    return deviation * radius * Math.cos(2 * Math.PI * uniform());
  };
  const movieFactors = new Float64Array(ratings.movies * factors).map(normal);
  const isRated = new Uint8Array(ratings.movies);
  for (const movie of ratings.movieOf) isRated[movie] = 1;
  for (let movie = 0; movie < ratings.movies; movie += 1) {
    if (isRated[movie] === 0) movieFactors.fill(0, movie * factors, (movie + 1) * factors);
  }
  const userFactors = new Float64Array(ratings.users * factors).map(normal);
  return { ...biasesOf(ratings, biasDamping), userFactors, movieFactors };
}

/** One step down for one rating, by its place. */
function visitsOf(
  { users, movies, starts, movieOf, preferences }: Interactions,
  model: RatingFactors,
  { factors, learningRate, decay, biasDamping }: RatingOptions,
): (at: number) => void {
  const { mean, users: userBias, movies: movieBias, userFactors, movieFactors } = model;
  const userOf = new Int32Array(movieOf.length);
  for (let user = 0; user < users; user += 1) userOf.fill(user, starts[user], starts[user + 1]);
  const [userDecay, movieDecay] = [decayOf(userOf, users), decayOf(movieOf, movies)];
  function decayOf(rowOf: Int32Array, count: number): Float64Array {
    const lengths = new Float64Array(count);
    for (const row of rowOf) lengths[row] = (lengths[row] as number) + 1;
    return lengths.map((length) => biasDamping / length);
  }
  return (at) => {
    const [user, movie] = [userOf[at] as number, movieOf[at] as number];
    const [p, q] = [user * factors, movie * factors];
    const [ownBias, otherBias] = [userBias[user] as number, movieBias[movie] as number];
    let predicted = mean + ownBias + otherBias;
    for (let k = 0; k < factors; k += 1) {
      predicted += (userFactors[p + k] as number) * (movieFactors[q + k] as number);
    }
    const error = starsOf(preferences[at] as number) - predicted;
    userBias[user] = ownBias + learningRate * (error - (userDecay[user] as number) * ownBias);
    movieBias[movie] =
      otherBias + learningRate * (error - (movieDecay[movie] as number) * otherBias);
    for (let k = 0; k < factors; k += 1) {
      const [own, other] = [userFactors[p + k] as number, movieFactors[q + k] as number];
      userFactors[p + k] = own + learningRate * (error * other - decay * own);
      movieFactors[q + k] = other + learningRate * (error * own - decay * other);
    }
  };
}
