import { describe, expect, it } from "vitest";
import { describeModelContract } from "./describe-model-contract.suite.ts";
import { interactionList } from "./edge-cases.fixture.ts";
import { fixtureTools, tasteInteractions } from "./interactions.fixture.ts";
import { interactionsFrom } from "./interactions.ts";
import { denseMatrix, denseWeights, sumOver } from "./sparse/neighbour-table.fixture.ts";
import { transitions, type TransitionsConfig } from "./transitions.ts";

describeModelContract(transitions, { isPersonal: true, hasParts: true });

const MARKOV = { steps: 1, stepDecay: 1, backward: 0, shrinkage: 0, beta: 0 };

describe("transitions", () => {
  // User 0: 2, 0, 1 in order of time; user 1: 0, 1; and, disliked in between, 3.
  const at = (user: number, movie: number, time: number, preference = 1) => {
    return { user, movie, preference, time };
  };
  const rows = [
    at(0, 2, 10),
    at(0, 0, 20),
    at(0, 1, 30),
    at(1, 0, 5),
    at(1, 3, 6, -0.5),
    at(1, 1, 7),
  ];
  const interactions = interactionsFrom(rows, { users: 2, movies: 4 });
  const artifactOf = (changes: Partial<TransitionsConfig>, of = interactions) =>
    transitions.fit(
      of,
      { ...transitions.defaults, ...MARKOV, ...changes },
      fixtureTools(of.movies),
    );

  it.each<[string, Partial<TransitionsConfig>, number[][]]>([
    [
      "one step ahead",
      {},
      [
        [0, 1, 0],
        [0, 0, 0],
        [1, 0, 0],
      ],
    ],
    [
      "further steps, which weigh less",
      { steps: 2, stepDecay: 0.5 },
      [
        [0, 1, 0],
        [0, 0, 0],
        [2 / 3, 1 / 3, 0],
      ],
    ],
    [
      "steps back",
      { backward: 0.5 },
      [
        [0, 2 / 2.5, 0.5 / 2.5],
        [1, 0, 0],
        [1, 0, 0],
      ],
    ],
    [
      "few transitions as less",
      { shrinkage: 2 },
      [
        [0, 1 / 2, 0],
        [0, 0, 0],
        [1 / 3, 0, 0],
      ],
    ],
    [
      "rare movies as more",
      { beta: 1 },
      [
        [0, 1 / 2, 0],
        [0, 0, 0],
        [1 / 2, 0, 0],
      ],
    ],
  ])("counts %s", async (_, changes, expected) => {
    const weights = denseWeights(await artifactOf(changes));
    expected.forEach((row, i) =>
      row.forEach((weight, j) => expect(weights[i]?.[j]).toBeCloseTo(weight, 6)),
    );
    expect(weights[3]).toEqual([0, 0, 0, 0]);
  });

  it("counts movies at one time as half before and half after", async () => {
    const together = interactionsFrom([at(0, 0, 1), at(0, 1, 1), at(0, 2, 2)], {
      users: 1,
      movies: 3,
    });
    const weights = denseWeights(await artifactOf({}, together));
    expect(weights[0]).toEqual([0, 1, 0]); // all of its transitions, by the row's sum
    const damped = denseWeights(await artifactOf({ shrinkage: 1 }, together));
    expect(damped[0]?.[1]).toBeCloseTo(0.5 / 1.5, 6);
    expect(damped[1]?.[0]).toBeCloseTo(0.5 / 2.5, 6);
    expect(damped[1]?.[2]).toBeCloseTo(1 / 2.5, 6);
  });

  it("listens to a user's last liked movies, the latest loudest", async () => {
    const scorer = transitions.prepare(await artifactOf({ lastMovies: 2, lastDecay: 0.5 }));
    const scoresOf = (times: number[], preferences = [1, 1, 1]) => {
      const into = new Float32Array(4);
      const user = { movieOf: Int32Array.of(0, 1, 2), preferences: Float32Array.from(preferences) };
      scorer.score({ ...user, times: Float64Array.from(times) }, into);
      return [...into];
    };
    expect(scoresOf([3, 1, 2])).toEqual([0.5, 1, 0, 0]);
    expect(scoresOf([2, 1, 3])).toEqual([1, 0.5, 0, 0]);
    expect(scoresOf([1, 3, 2])).toEqual([0.5, 0, 0, 0]); // movie 0 is the third last
    expect(scoresOf([1, 1, 1], [1, -1, 1])).toEqual([1, 1, 0, 0]);
    expect(scoresOf([1, 3, 2], [1, -1, 1])).toEqual([1, 0.5, 0, 0]);
    expect(scoresOf([2, 2, 3])).toEqual([1, 0.5, 0, 0]); // of those that tie for the last place the first
  });

  it("agrees with the formula on any matrix", async () => {
    const [users, movies] = [15, 12];
    const changes = { steps: 3, stepDecay: 0.6, backward: 0.3, shrinkage: 2, beta: 0.5 };
    const tastes = tasteInteractions(users, movies, 9);
    const liked = interactionList(tastes).filter(({ preference }) => preference >= 0.1);
    const orders = Array.from({ length: users }, (_, user) =>
      liked.filter((row) => row.user === user).sort((a, b) => a.time - b.time),
    );
    const count = (i: number, j: number) =>
      sumOver(users, (user) => {
        const order = orders[user]?.map(({ movie }) => movie) ?? [];
        const [from, to] = [order.indexOf(i), order.indexOf(j)];
        const gap = Math.abs(to - from);
        if (from < 0 || to < 0 || gap < 1 || gap > 3) return 0;
        return (to > from ? 1 : 0.3) * 0.6 ** (gap - 1);
      });
    const timesOf = (j: number) => liked.filter(({ movie }) => movie === j).length;
    const expected = denseMatrix(
      movies,
      (i, j) => count(i, j) / (sumOver(movies, (k) => count(i, k)) + 2) / timesOf(j) ** 0.5,
    );
    const actual = denseWeights(await artifactOf(changes, tastes));
    actual.forEach((row, i) =>
      row.forEach((weight, j) => expect(weight).toBeCloseTo(expected[i]?.[j] ?? NaN, 6)),
    );
  });
});
