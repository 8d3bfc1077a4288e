import { describe, expect, it } from "vitest";
import { describeModelContract } from "../describe-model-contract.suite.ts";
import { fixtureTools, tasteInteractions } from "../interactions.fixture.ts";
import { rowOf } from "../interactions.ts";
import { factorCholesky, solveCholesky } from "../linear-algebra/cholesky.ts";
import { type SparseRows, transposed } from "../sparse/sparse-rows.ts";
import { weightedRows } from "../sparse/weighted-rows.ts";
import { type FactorOptions, type Factors, fitFactors } from "./fit-factors.ts";
import { foldIn } from "./fold-in.ts";
import { ials } from "./ials.ts";

describeModelContract(ials, {
  config: { factors: 6, iterations: 6, steps: 6 },
  isPersonal: true,
  hasParts: true,
});

const [USERS, MOVIES] = [20, 12];
/** Likes of different weights, and refusals. */
const rows = weightedRows(
  tasteInteractions(USERS, MOVIES),
  { ...ials.defaults, preferencePower: 1, otherWeight: -0.5 },
  Infinity,
);
const options: FactorOptions = {
  factors: 4,
  iterations: 5,
  steps: 2,
  seed: 3,
  unobservedWeight: 0.2,
  lambda: 0.05,
  frequencyExponent: 0.7,
};
const fit = (changes: Partial<FactorOptions> = {}) =>
  fitFactors(rows, { ...options, ...changes }, fixtureTools(MOVIES));

const entryOf = (of: SparseRows, row: number, column: number): number => {
  const [start, end] = [of.starts[row] ?? 0, of.starts[row + 1] ?? 0];
  const at = of.columnOf.subarray(start, end).indexOf(column);
  return at < 0 ? 0 : (of.values[start + at] ?? NaN);
};
const rowAt = (of: Float32Array, row: number) => [
  ...of.subarray(row * options.factors, (row + 1) * options.factors),
];
const dot = (a: number[], b: number[]) => a.reduce((sum, x, k) => sum + x * (b[k] ?? NaN), 0);
const lengthOf = (of: SparseRows, row: number) => (of.starts[row + 1] ?? 0) - (of.starts[row] ?? 0);
const ridge = (entries: number, columns: number) =>
  options.lambda * (entries + options.unobservedWeight * columns) ** options.frequencyExponent;

/** The loss as it is written down: over every pair, observed or not. */
function lossOf({ users, movies }: Factors): number {
  let loss = 0;
  for (let user = 0; user < USERS; user += 1) {
    for (let movie = 0; movie < MOVIES; movie += 1) {
      const predicted = dot(rowAt(users, user), rowAt(movies, movie));
      const entry = entryOf(rows, user, movie);
      loss += options.unobservedWeight * predicted ** 2;
      loss += Math.abs(entry) * ((entry > 0 ? 1 : 0) - predicted) ** 2;
    }
  }
  const byMovie = transposed(rows);
  for (let user = 0; user < USERS; user += 1) {
    loss += ridge(lengthOf(rows, user), MOVIES) * dot(rowAt(users, user), rowAt(users, user));
  }
  for (let movie = 0; movie < MOVIES; movie += 1) {
    const own = rowAt(movies, movie);
    loss += ridge(lengthOf(byMovie, movie), USERS) * dot(own, own);
  }
  return loss;
}

/** A row of the other side by the dense normal equations. */
function solutionOf(of: SparseRows, row: number, fixed: Float32Array): Float64Array {
  const n = options.factors;
  const a = new Float64Array(n * n);
  const b = new Float64Array(n);
  for (let column = 0; column < of.columns; column += 1) {
    const y = rowAt(fixed, column);
    const entry = entryOf(of, row, column);
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < n; j += 1) {
        const weight = options.unobservedWeight + Math.abs(entry);
        a[i * n + j] = (a[i * n + j] ?? NaN) + weight * (y[i] ?? NaN) * (y[j] ?? NaN);
      }
      b[i] = (b[i] ?? NaN) + Math.max(0, entry) * (y[i] ?? NaN);
    }
  }
  for (let i = 0; i < n; i += 1) {
    a[i * (n + 1)] = (a[i * (n + 1)] ?? NaN) + ridge(lengthOf(of, row), of.columns);
  }
  factorCholesky(a, n);
  solveCholesky(a, n, b);
  return b;
}

describe("fitFactors", () => {
  it("has something to learn from: likes, refusals, all users and movies", () => {
    expect(rows.values.some((entry) => entry > 0 && entry < 1)).toBe(true);
    expect(rows.values.some((entry) => entry < 0)).toBe(true);
    for (let user = 0; user < USERS; user += 1) expect(lengthOf(rows, user)).toBeGreaterThan(0);
  });

  it("lowers the loss with every iteration", async () => {
    const losses: number[] = [];
    for (let iterations = 1; iterations <= 6; iterations += 1) {
      losses.push(lossOf(await fit({ iterations })));
    }
    for (const [at, loss] of losses.slice(1).entries()) expect(loss).toBeLessThan(losses[at] ?? 0);
  });

  it("ends each half at the dense normal equations, given steps enough", async () => {
    const { users, movies } = await fit({ steps: 12 });
    const byMovie = transposed(rows);
    for (let movie = 0; movie < MOVIES; movie += 1) {
      for (const [k, value] of solutionOf(byMovie, movie, users).entries()) {
        expect(movies[movie * options.factors + k]).toBeCloseTo(value, 5);
      }
    }
  });

  it("is determined by its seed", async () => {
    expect(await fit({ seed: 9 })).toStrictEqual(await fit({ seed: 9 }));
    expect((await fit({ seed: 9 })).movies).not.toEqual((await fit({ seed: 10 })).movies);
  });
});

describe("foldIn", () => {
  it("is the dense normal equations' solution for that user", async () => {
    const { movies, knownMovies } = await fit();
    const n = options.factors;
    const gram = Float64Array.from({ length: n * n }, (_, at) => {
      const column = (k: number) => [...Array(MOVIES).keys()].map((m) => movies[m * n + k] ?? NaN);
      return options.unobservedWeight * dot(column(Math.floor(at / n)), column(at % n));
    });
    const basis = { ...options, movies, gram, knownMovies };
    for (let user = 0; user < USERS; user += 1) {
      const [start, end] = [rows.starts[user], rows.starts[user + 1]];
      const weights = Float64Array.from(rows.values.subarray(start, end));
      const { factors } = foldIn(basis, rows.columnOf.subarray(start, end), weights);
      for (const [k, value] of solutionOf(rows, user, movies).entries()) {
        expect(factors[k]).toBeCloseTo(value, 6);
      }
    }
  });
});

describe("ials with a content map", () => {
  const NEW = MOVIES;
  /** The fixture with two movies more that nobody has watched: one of each taste, by text. */
  const interactions = { ...tasteInteractions(60, MOVIES), movies: MOVIES + 2 };
  const config = { ...ials.defaults, factors: 4, unobservedWeight: 0.2, contentBelow: 1 };
  const scoresOf = async (changes: Partial<typeof config>) => {
    const of = fixtureTools(MOVIES + 2);
    const scorer = ials.prepare(await ials.fit(interactions, { ...config, ...changes }, of));
    return [0, 1].map((user) => {
      const into = new Float32Array(scorer.movies);
      scorer.score(rowOf(interactions, user), into);
      return into;
    });
  };

  it("gives movies that nobody watched a place among those of their taste", async () => {
    const [even, odd] = await scoresOf({});
    expect(even?.[NEW]).toBeGreaterThan(even?.[NEW + 1] ?? NaN);
    expect(odd?.[NEW + 1]).toBeGreaterThan(odd?.[NEW] ?? NaN);
  });

  it("leaves the others as they are, and without it new movies at 0", async () => {
    const [mapped, plain] = [await scoresOf({}), await scoresOf({ contentBelow: 0 })];
    for (const [user, scores] of plain.entries()) {
      expect(scores.subarray(0, NEW)).toEqual(mapped[user]?.subarray(0, NEW));
      expect([...scores.subarray(NEW)]).toEqual([0, 0]);
    }
  });
});
