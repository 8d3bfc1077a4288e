import { describe, expect, it } from "vitest";
import { describeModelContract } from "../describe-model-contract.suite.ts";
import { fixtureDraws, fixtureTools } from "../interactions.fixture.ts";
import { type Interactions, interactionsFrom, rowOf } from "../interactions.ts";
import { biasesOf } from "./biases.ts";
import { createRatingScorer } from "./rating-scorer.ts";
import { starsOf } from "./star-ratings.ts";
import { svd } from "./svd.ts";

describeModelContract(svd, {
  config: { factors: 4, epochs: 30 },
  isPersonal: true,
  hasParts: true,
  userOrderMatters: true,
});

const [USERS, MOVIES] = [30, 20];

/** Ratings of stars that a rule says; those of pairs that are not given are left out. */
function ratingsOf(
  starsOfPair: (user: number, movie: number) => number,
  isGiven: (user: number, movie: number) => boolean = () => true,
): Interactions {
  const pairs = Array.from({ length: USERS * MOVIES }, (_, at) => ({
    user: Math.floor(at / MOVIES),
    movie: at % MOVIES,
  }));
  return interactionsFrom(
    pairs
      .filter(({ user, movie }) => isGiven(user, movie))
      .map((pair) => ({
        ...pair,
        preference: starsOfPair(pair.user, pair.movie) / 2.5 - 1,
        time: 0,
      })),
    { users: USERS, movies: MOVIES },
  );
}

describe("biasesOf", () => {
  it("finds biases that ratings are made of", () => {
    const [ofUser, ofMovie] = [(u: number) => (u % 3) - 1, (m: number) => (m % 2) - 0.5];
    const { mean, users, movies } = biasesOf(
      ratingsOf((user, movie) => 3 + ofUser(user) + ofMovie(movie)),
      1e-9,
    );
    expect(mean).toBeCloseTo(3, 6);
    for (const [user, bias] of users.entries()) expect(bias).toBeCloseTo(ofUser(user), 5);
    for (const [movie, bias] of movies.entries()) expect(bias).toBeCloseTo(ofMovie(movie), 5);
  });

  it("leaves no slope in the damped sum of squares", () => {
    const draw = fixtureDraws(5);
    const damping = 3;
    const ratings = ratingsOf(
      () => 5 * draw(),
      () => draw() < 0.4,
    );
    const { mean, users, movies } = biasesOf(ratings, damping);
    const slopes = movies.map((bias) => damping * bias);
    for (const [user, bias] of users.entries()) {
      const { movieOf, preferences } = rowOf(ratings, user);
      let slope = damping * bias;
      for (const [place, movie] of movieOf.entries()) {
        const rest = starsOf(preferences[place] ?? NaN) - mean - bias - (movies[movie] ?? NaN);
        slope -= rest;
        slopes[movie] = (slopes[movie] ?? NaN) - rest;
      }
      expect(slope).toBeCloseTo(0, 3);
    }
    for (const slope of slopes) expect(slope).toBeCloseTo(0, 3);
  });
});

describe("svd", () => {
  it("completes a matrix of rank 1, which biases cannot", async () => {
    const [ofUser, ofMovie] = [(u: number) => (u % 5) / 2 - 1, (m: number) => (m % 4) / 1.5 - 1];
    const stars = (user: number, movie: number) => 2.5 + 2.4 * ofUser(user) * ofMovie(movie);
    const isHidden = (user: number, movie: number) => (7 * user + movie) % 6 === 0;
    const ratings = ratingsOf(stars, (user, movie) => !isHidden(user, movie));
    const config = { ...svd.defaults, factors: 1, epochs: 300, decay: 1e-5, learningRate: 0.02 };
    const errorOf = async (factors: number) => {
      const artifact = await svd.fit(ratings, { ...config, factors }, fixtureTools(MOVIES));
      const scorer = svd.prepare(artifact);
      const scores = new Float32Array(MOVIES);
      let most = 0;
      for (let user = 0; user < USERS; user += 1) {
        scorer.score(rowOf(ratings, user), scores);
        for (const [movie, score] of scores.entries()) {
          if (!isHidden(user, movie)) continue;
          most = Math.max(most, Math.abs(5 * score - stars(user, movie)));
        }
      }
      return most;
    };
    expect(await errorOf(1)).toBeLessThan(0.1);
    expect(await errorOf(0)).toBeGreaterThan(1);
  });

  it("is determined by its seed", async () => {
    const ratings = ratingsOf((user, movie) => (user * movie) % 6);
    const fit = (seed: number) =>
      svd.fit(ratings, { ...svd.defaults, epochs: 2, seed }, fixtureTools(MOVIES));
    expect(await fit(5)).toStrictEqual(await fit(5));
    expect((await fit(5)).arrays).not.toEqual((await fit(6)).arrays);
  });
});

describe("createRatingScorer", () => {
  // One rating, a star above the mean, of a movie with the factor 1: ((2, 1), (1, 2)) x = (1, 1), so x = (1/3, 1/3).
  const scorer = createRatingScorer({
    mean: 3,
    biases: Float32Array.of(0, 0.5),
    movieFactors: Float32Array.of(1, 2),
    factors: 1,
    decay: 1,
    biasDamping: 1,
  });
  const user = {
    movieOf: Int32Array.of(0),
    preferences: Float32Array.of(0.6),
    times: Float64Array.of(0),
  };

  it("solves for the user by hand", () => {
    const scores = new Float32Array(2);
    scorer.score(user, scores);
    expect(scores[0]).toBeCloseTo((3 + 2 / 3) / 5, 6);
    expect(scores[1]).toBeCloseTo((3.5 + 1 / 3 + 2 / 3) / 5, 6);
    expect(scorer.contributions(user, 1)[0]).toBeCloseTo(1 / 5, 6);
  });

  it("says mean and bias of the movie to nobody", () => {
    const scores = new Float32Array(2);
    const nobody = {
      movieOf: new Int32Array(0),
      preferences: new Float32Array(0),
      times: new Float64Array(0),
    };
    scorer.score(nobody, scores);
    expect(scores[0]).toBeCloseTo(0.6, 6);
    expect(scores[1]).toBeCloseTo(0.7, 6);
  });
});
