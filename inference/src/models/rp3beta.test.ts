import { describe, expect, it } from "vitest";
import { describeModelContract } from "./describe-model-contract.suite.ts";
import { interactionList } from "./edge-cases.fixture.ts";
import { fixtureTools, tasteInteractions } from "./interactions.fixture.ts";
import { interactionsFrom } from "./interactions.ts";
import { rp3beta, type Rp3betaConfig } from "./rp3beta.ts";
import { denseMatrix, denseWeights, sumOver } from "./sparse/neighbour-table.fixture.ts";

describeModelContract(rp3beta, { isPersonal: true, hasParts: true });
describeModelContract(rp3beta, {
  config: { peopleWeight: 0.5, genreWeight: 0.1 },
  isPersonal: true,
  hasParts: true,
});

const like = (user: number, movie: number) => ({ user, movie, preference: 1, time: 0 });

describe("rp3beta", () => {
  // Movie 0: users 0 and 1; movie 1: user 0; movie 2: user 1, who has movie 3 as well; movie 4: nobody.
  const interactions = interactionsFrom(
    [like(0, 0), like(1, 0), like(0, 1), like(1, 2), like(1, 3)],
    { users: 2, movies: 5 },
  );
  const features = {
    embeddings: new Float32Array(0),
    dimensions: 0,
    people: [["ann"], [], ["bob"], [], ["ann", "bob"]],
    genres: [["drama", "drama"], ["drama"], [], ["drama"], []],
  };
  const plain = { alpha: 1, beta: 0, peopleWeight: 0, genreWeight: 0 };
  const weightsOf = async (changes: Partial<Rp3betaConfig>) => {
    const config = { ...rp3beta.defaults, ...plain, ...changes };
    return denseWeights(await rp3beta.fit(interactions, config, fixtureTools(5, { features })));
  };

  it("is the probability of a walk by way of users", async () => {
    const [row] = await weightsOf({});
    [0, 1 / 4, 1 / 6, 1 / 6, 0].forEach((p, j) => expect(row?.[j]).toBeCloseTo(p, 6));
  });

  it("takes steps to a power, and divides by a power of popularity", async () => {
    const [, row] = await weightsOf({ alpha: 2, beta: 1 });
    expect(row?.[0]).toBeCloseTo((1 * 0.25) / 2, 6);
  });

  it("goes by way of people and genres, to movies that nobody watched, too", async () => {
    const byPeople = await weightsOf({ peopleWeight: 0.5 });
    expect(byPeople[0]?.[4]).toBeCloseTo(0.5 * 1 * 0.5, 6);
    expect(byPeople[4]?.[2]).toBeCloseTo(0.5 * 0.5 * 0.5, 6);
    const byGenres = await weightsOf({ genreWeight: 3 });
    expect(byGenres[1]?.[3]).toBeCloseTo(3 * 1 * (1 / 3), 6);
    expect(byGenres[1]?.[0]).toBeCloseTo(1 / 2 + 3 / 3, 6);
  });

  it("agrees with the formula on any matrix", async () => {
    const [users, movies] = [15, 12];
    const config = { ...rp3beta.defaults, ...plain, alpha: 0.7, beta: 0.4, preferencePower: 1 };
    const tastes = tasteInteractions(users, movies, 5);
    const r = Array.from({ length: users }, () => new Float64Array(movies));
    for (const { user, movie, preference } of interactionList(tastes)) {
      if (preference >= config.leastPreference) (r[user] as Float64Array)[movie] = preference;
    }
    const at = (u: number, i: number) => r[u]?.[i] ?? NaN;
    const userSum = (u: number) => sumOver(movies, (i) => at(u, i));
    const movieSum = (i: number) => sumOver(users, (u) => at(u, i));
    const watchers = (i: number) => sumOver(users, (u) => (at(u, i) > 0 ? 1 : 0));
    const expected = denseMatrix(
      movies,
      (i, j) =>
        sumOver(users, (u) =>
          at(u, i) > 0 ? (at(u, i) / movieSum(i)) ** 0.7 * (at(u, j) / userSum(u)) ** 0.7 : 0,
        ) /
        watchers(j) ** 0.4,
    );
    const actual = denseWeights(await rp3beta.fit(tastes, config, fixtureTools(movies)));
    actual.forEach((row, i) =>
      row.forEach((weight, j) => expect(weight).toBeCloseTo(expected[i]?.[j] ?? NaN, 6)),
    );
  });
});
