import { describe, expect, it } from "vitest";
import { describeModelContract } from "./describe-model-contract.suite.ts";
import { interactionList } from "./edge-cases.fixture.ts";
import { fixtureTools, tasteInteractions } from "./interactions.fixture.ts";
import { interactionsFrom } from "./interactions.ts";
import { itemKnn, type ItemKnnConfig } from "./item-knn.ts";
import { denseMatrix, denseWeights, sumOver } from "./sparse/neighbour-table.fixture.ts";

describeModelContract(itemKnn, { isPersonal: true, hasParts: true });

const like = (user: number, movie: number) => ({ user, movie, preference: 1, time: 0 });

describe("item_knn", () => {
  // Movie 0: users 0, 1, 2; movie 1: users 0, 1; movie 2: user 2.
  const interactions = interactionsFrom(
    [like(0, 0), like(1, 0), like(2, 0), like(0, 1), like(1, 1), like(2, 2)],
    { users: 3, movies: 3 },
  );
  const fit = (changes: Partial<ItemKnnConfig>) =>
    itemKnn.fit(interactions, { ...itemKnn.defaults, ...changes }, fixtureTools(3));

  it.each<[string, Partial<ItemKnnConfig>, number, number]>([
    ["the cosine", { shrinkage: 0 }, 2 / Math.sqrt(6), 1 / Math.sqrt(3)],
    ["the shrunk cosine", { shrinkage: 4 }, 2 / (Math.sqrt(6) + 4), 1 / (Math.sqrt(3) + 4)],
    ["a share of the watched movie's users", { shrinkage: 0, asymmetry: 1 }, 2 / 3, 1 / 3],
    ["a share of the other movie's users", { shrinkage: 0, asymmetry: 0 }, 1, 1],
  ])("weighs by %s", async (_, changes, near, far) => {
    const weights = denseWeights(await fit({ asymmetry: 0.5, userDamping: 0, ...changes }));
    expect(weights[0]?.[1]).toBeCloseTo(near, 6);
    expect(weights[0]?.[2]).toBeCloseTo(far, 6);
    expect(weights[1]?.[2]).toBe(0);
  });

  it("keeps the nearest, of equals the smaller index", async () => {
    const { arrays } = await fit({ shrinkage: 0, asymmetry: 0.5, neighbours: 1, userDamping: 0 });
    expect([...(arrays["neighbours"] ?? [])]).toEqual([1, 0, 0]);
    const equal = await fit({ shrinkage: 0, asymmetry: 0, neighbours: 1, userDamping: 0 });
    expect(equal.arrays["neighbours"]?.[0]).toBe(1);
  });

  it("pairs the latest movies of a user alone, when there are too many", async () => {
    const rows = [0, 1, 2].map((movie) => ({ user: 0, movie, preference: 1, time: movie }));
    const one = interactionsFrom(rows, { users: 1, movies: 3 });
    const config = { ...itemKnn.defaults, mostMoviesOfUser: 2 };
    const weights = denseWeights(await itemKnn.fit(one, config, fixtureTools(3)));
    expect(weights.map((row) => row.map((weight) => weight > 0))).toEqual([
      [false, false, false],
      [false, false, true],
      [false, true, false],
    ]);
  });

  it("keeps the nearest of those that name a movie, too", async () => {
    const { arrays } = await fit({ shrinkage: 0, asymmetry: 0.5, userDamping: 0, sources: 1 });
    const rows = [0, 200, 400].map((row) => [...(arrays["neighbours"]?.slice(row, row + 3) ?? [])]);
    // Movie 0 is named by 1 (0.82) and 2 (0.58).
    expect(rows).toEqual([
      [1, 2, -1],
      [0, -1, -1],
      [-1, -1, -1],
    ]);
  });

  it("agrees with the formula on any matrix", async () => {
    const [users, movies] = [15, 12];
    const config = {
      ...itemKnn.defaults,
      ...{ shrinkage: 2, asymmetry: 0.3, userDamping: 0.4, preferencePower: 1, otherWeight: -0.2 },
    };
    const tastes = tasteInteractions(users, movies, 3);
    const r = Array.from({ length: users }, () => new Float64Array(movies));
    for (const { user, movie, preference } of interactionList(tastes)) {
      (r[user] as Float64Array)[movie] =
        preference >= config.leastPreference ? preference : config.otherWeight;
    }
    const at = (user: number, movie: number) => {
      const row = r[user] as Float64Array;
      return (row[movie] as number) * row.filter((value) => value !== 0).length ** -0.2;
    };
    const norm = (i: number) => Math.sqrt(sumOver(users, (u) => at(u, i) ** 2));
    const expected = denseMatrix(
      movies,
      (i, j) => sumOver(users, (u) => at(u, i) * at(u, j)) / (norm(i) ** 0.6 * norm(j) ** 1.4 + 2),
    );
    const actual = denseWeights(await itemKnn.fit(tastes, config, fixtureTools(movies)));
    actual.forEach((row, i) =>
      row.forEach((weight, j) => expect(weight).toBeCloseTo(expected[i]?.[j] ?? NaN, 6)),
    );
  });
});
