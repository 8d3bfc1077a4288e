import { reportStep } from "../fit-steps.ts";
import { sharedFloats, sharedRows } from "../linear-algebra/shared-arrays.ts";
import type { RowStep } from "../linear-algebra/row-step.ts";
import type { FitTools } from "../model.ts";
import { type SparseRows, transposed } from "../sparse/sparse-rows.ts";
import { tallGram } from "../linear-algebra/tall-gram.ts";
import { type Regularisation, ridgesOf } from "./regularisation.ts";
import { seededFactors } from "./seeded-factors.ts";

/** How factors are sought. */
export interface FactorOptions extends Regularisation {
  /** Numbers a user and a movie. */
  readonly factors: number;
  /** Of both halves. */
  readonly iterations: number;
  /** Conjugate gradient steps of each half and row. */
  readonly steps: number;
  readonly seed: number;
}

/** A user's liking of a movie is the product of their rows. */
export interface Factors {
  /** (users × factors). */
  readonly users: Float32Array;
  /** (movies × factors), zeros for a movie without entries. */
  readonly movies: Float32Array;
  /** How many movies have an entry. */
  readonly knownMovies: number;
}

/**
 * Alternate between users and movies: with one side fixed the other is a least squares problem a row (Hu, Koren,
 * Volinsky 2008).
 *
 * @param of users × movies, entries in [−1, 1].
 * @param tools told after each iteration.
 */
export async function fitFactors(
  of: SparseRows,
  options: FactorOptions,
  tools: Pick<FitTools, "products" | "progress" | "signal">,
): Promise<Factors> {
  const { factors, seed } = options;
  const byUser = sharedRows(of);
  const byMovie = sharedRows(transposed(of));
  const users = sharedFloats(of.rows * factors);
  const movies = seededFactors(of.columns, factors, seed);
  const [userCount, knownMovies] = [fullRows(byUser), fullRows(byMovie)];
  clearEmptyRows(byMovie, movies, factors);
  const ofUsers = { rows: byUser, ridge: ridgesOf(byUser, knownMovies, options), solved: users };
  const ofMovies = { rows: byMovie, ridge: ridgesOf(byMovie, userCount, options), solved: movies };
  for (let iteration = 0; iteration < options.iterations; iteration += 1) {
    await halfStep({ ...ofUsers, fixed: movies }, options, tools);
    await halfStep({ ...ofMovies, fixed: users }, options, tools);
    await reportStep(tools, (iteration + 1) / options.iterations);
  }
  return { users, movies, knownMovies };
}

async function halfStep(
  step: Pick<RowStep, "rows" | "ridge" | "solved" | "fixed">,
  { factors, steps, unobservedWeight }: FactorOptions,
  { products }: Pick<FitTools, "products">,
): Promise<void> {
  const gram = sharedFloats(factors * factors);
  gram.set(await tallGram(step.fixed, factors, { products, scale: unobservedWeight }));
  await products.solveRows({ ...step, gram, factors, steps });
}

function fullRows({ rows, starts }: SparseRows): number {
  let count = 0;
  for (let row = 0; row < rows; row += 1) count += Number(starts[row + 1] !== starts[row]);
  return count;
}

function clearEmptyRows({ rows, starts }: SparseRows, of: Float32Array, factors: number): void {
  for (let row = 0; row < rows; row += 1) {
    if (starts[row + 1] === starts[row]) of.fill(0, row * factors, (row + 1) * factors);
  }
}
