import { describe, expect, it } from "vitest";
import { describeModelContract } from "../describe-model-contract.suite.ts";
import { fixtureTools, tasteInteractions } from "../interactions.fixture.ts";
import { type Interactions, interactionsFrom, rowOf } from "../interactions.ts";
import { factorCholesky, solveCholesky } from "../linear-algebra/cholesky.ts";
import { neighbourTableOf } from "../sparse/neighbour-scorer.ts";
import { ease } from "./ease.ts";

describeModelContract(ease, { config: { lambda: 2 }, isPersonal: true, hasParts: true });

const everything = { ...ease.defaults, preferencePower: 1, lambda: 4, neighbours: 1000 };

/** Four users who like all of movies 0 to 4; nobody knows movie 5. */
const agreeing = interactionsFrom(
  Array.from({ length: 20 }, (_, at) => ({
    user: Math.floor(at / 5),
    movie: at % 5,
    preference: 1,
    time: 0,
  })),
  { users: 4, movies: 6 },
);

/** What the weights into a movie are by their definition: the ridge regression of its column on all the others. */
function regression(of: Interactions, target: number, lambda: number): number[] {
  const column = (movie: number) =>
    Array.from({ length: of.users }, (_, user) => {
      const { movieOf, preferences } = rowOf(of, user);
      return Math.max(0, preferences[movieOf.indexOf(movie)] ?? 0);
    });
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, at) => sum + x * (b[at] ?? NaN), 0);
  const others = [...Array(of.movies).keys()].filter((movie) => movie !== target);
  const columns = others.map(column);
  const n = others.length;
  const gram = Float64Array.from(
    columns.flatMap((a, i) => columns.map((b, j) => dot(a, b) + (i === j ? lambda : 0))),
  );
  const weights = Float64Array.from(columns, (a) => dot(a, column(target)));
  factorCholesky(gram, n);
  solveCholesky(gram, n, weights);
  return [...weights].toSpliced(target, 0, 0);
}

/** b[i][j], zeros where the artifact has none. */
async function weightsOf(of: Interactions, config: typeof everything): Promise<number[][]> {
  const table = neighbourTableOf(await ease.fit(of, config, fixtureTools(of.movies)));
  return Array.from({ length: of.movies }, (_, i) => {
    const row = new Array<number>(of.movies).fill(0);
    for (let at = i * table.width; at < (i + 1) * table.width; at += 1) {
      const neighbour = table.neighbours[at] ?? -1;
      if (neighbour >= 0) row[neighbour] = table.weights[at] ?? NaN;
    }
    return row;
  });
}

describe("ease", () => {
  it("inverts by hand: g = 4 · ones + 4, so b = m / (λ + 4 m) = 1/5 beside the diagonal", async () => {
    const rows = await weightsOf(agreeing, everything);
    for (const [i, row] of rows.entries()) {
      for (const [j, weight] of row.entries()) {
        expect(weight).toBeCloseTo(i === j || i === 5 || j === 5 ? 0 : 0.2, 6);
      }
    }
  });

  it("is the ridge regression of each movie on all the others", async () => {
    const of = tasteInteractions(30, 12);
    const rows = await weightsOf(of, { ...everything, leastPreference: 1e-6 });
    for (let target = 0; target < of.movies; target += 1) {
      for (const [i, weight] of regression(of, target, 4).entries()) {
        expect(rows[i]?.[target]).toBeCloseTo(weight, 5);
      }
    }
  });

  it("keeps of each movie the largest weights, of either sign", async () => {
    const some = tasteInteractions(30, 12);
    const of = { ...some, preferences: some.preferences.map(Math.abs) };
    const [all, few] = [
      await weightsOf(of, everything),
      await weightsOf(of, { ...everything, neighbours: 8 }),
    ];
    for (const [i, row] of few.entries()) {
      const kept = row.filter((weight) => weight !== 0);
      const magnitudes = (all[i] ?? []).map(Math.abs).sort((a, b) => b - a);
      expect(kept.map(Math.abs).sort((a, b) => b - a)).toEqual(magnitudes.slice(0, 8));
    }
    expect(few.flat().some((weight) => weight < 0)).toBe(true);
  });

  it("does not count what is liked too little, when it learns and when it scores", async () => {
    const artifact = await ease.fit(agreeing, everything, fixtureTools(6));
    const scorer = ease.prepare(artifact);
    const user = (preference: number) => ({
      movieOf: Int32Array.of(0),
      preferences: Float32Array.of(preference),
      times: Float64Array.of(0),
    });
    const scores = new Float32Array(6);
    scorer.score(user(0.05), scores);
    expect([...scores]).toEqual([0, 0, 0, 0, 0, 0]);
    scorer.score(user(0.5), scores);
    expect(scores[1]).toBeCloseTo(0.1, 6);
    const strict = await ease.fit(
      { ...agreeing, preferences: agreeing.preferences.map((_, at) => (at % 5 < 2 ? 1 : 0.4)) },
      { ...everything, leastPreference: 0.5 },
      fixtureTools(6),
    );
    const { neighbours } = neighbourTableOf(strict);
    expect(new Set(neighbours.filter((neighbour) => neighbour >= 0))).toEqual(new Set([0, 1]));
  });

  it("refuses a lambda that single precision loses", async () => {
    await expect(
      ease.fit(agreeing, { ...everything, lambda: 1e-30 }, fixtureTools(6)),
    ).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("larger lambda") as string,
    });
  });
});
