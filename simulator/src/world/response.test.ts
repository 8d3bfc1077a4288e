import { describe, expect, it } from "vitest";
import type { Movie } from "./catalogue.ts";
import { type Platform, bestMovies, createPlatform } from "./platform.ts";
import { randomStream } from "./random.ts";
import { respond, trueUtility } from "./response.ts";
import { sampleMovies } from "./sample-movies.ts";
import { simulateVisits } from "./visits.ts";

const DAY_MS = 86_400_000;
const create = () => createPlatform({ seed: 3, users: 2_000, movies: sampleMovies(600) });
const ids = (movies: readonly Movie[]) => movies.map((movie) => movie.facts.movieId);

/** What 4,000 visits bring when each user is shown what `recommend` proposes. */
function trial(recommend: (platform: Platform, userId: number) => readonly string[]) {
  const platform = create();
  const settings = { startMs: 0, endMs: DAY_MS, visitsPerDay: 4_000, dailySwing: 0.3 };
  let [visits, chosen, minutes, rated, stars] = [0, 0, 0, 0, 0];
  for (const visit of simulateVisits(platform, settings, (user) => recommend(platform, user))) {
    visits += 1;
    minutes += visit.movie ? visit.lastMinute + 1 : 0;
    chosen += visit.position === undefined ? 0 : 1;
    rated += visit.stars === undefined ? 0 : 1;
    stars += visit.stars ?? 0;
  }
  return { minutes: minutes / visits, chosen: chosen / visits, stars: stars / rated };
}

describe("a user's response", () => {
  const popular = (platform: Platform) =>
    ids([...platform.catalogue.movies].sort((a, b) => b.appeal - a.appeal).slice(0, 20));
  const random = randomStream(9, "lists");
  const anything = (platform: Platform) =>
    ids(platform.catalogue.movies.filter(() => random.chance(20 / 600)));
  const fitting = (platform: Platform, userId: number) => {
    const watched = new Set(platform.histories.watched(userId));
    const unseen = platform.catalogue.movies.filter((movie) => !watched.has(movie.index));
    return ids(bestMovies(platform.population.user(userId), unseen, 20));
  };

  it("is more watching, more of the list and better ratings when the list fits the taste", () => {
    const fits = trial(fitting);
    for (const other of [trial(popular), trial(anything), trial(() => [])]) {
      expect(fits.minutes).toBeGreaterThan(1.04 * other.minutes);
      expect(fits.chosen).toBeGreaterThan(1.15 * other.chosen);
      expect(fits.stars).toBeGreaterThan(other.stars + 0.4);
    }
  });

  it("prefers the first place among equals", () => {
    const platform = create();
    const user = platform.population.user(1);
    const [movie] = platform.catalogue.movies;
    if (!movie) throw new Error("no movies");
    const twins = Array.from({ length: 20 }, (_, index) => ({ ...movie, index }));
    const places = new Array<number>(20).fill(0);
    for (let n = 0; n < 5_000; n += 1) {
      const offer = { recommended: twins, browsed: [] };
      const { position } = respond(user, offer, randomStream(1, "place", n));
      if (position !== undefined) places[position] = (places[position] ?? 0) + 1;
    }
    expect(places[0]).toBeGreaterThan(1.8 * (places[19] ?? 0));
  });

  it("depends on user, list and visit alone, not on what others do", () => {
    const alone = create();
    const among = create();
    for (let userId = 10; userId < 200; userId += 1) among.visit(userId, [], 0);
    const list = popular(alone);
    for (let n = 0; n < 5; n += 1) {
      expect(among.visit(7, list, 0)).toEqual(alone.visit(7, list, 0));
    }
  });

  it("never offers a movie again that the user has watched", () => {
    const platform = create();
    const all = ids(platform.catalogue.movies);
    const seen = Array.from({ length: 60 }, () => platform.visit(5, all, 0).movie?.index);
    const watched = seen.filter((index) => index !== undefined);
    expect(new Set(watched).size).toBe(watched.length);
    expect(watched.length).toBeGreaterThan(40);
  });

  it("ignores movies that the platform does not have", () => {
    const platform = create();
    expect(() => platform.visit(1, ["no+such+movie", "", "\0"], 0)).not.toThrow();
  });
});

describe("tastes", () => {
  it("lie nearer to movies of a loved genre than to others", () => {
    const platform = create();
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const gaps = Array.from({ length: 200 }, (_, n) => {
      const user = platform.population.user(n + 1);
      const utility = (loved: boolean) =>
        platform.catalogue.movies
          .filter(({ facts }) => facts.genres.some((g) => user.loves.includes(g)) === loved)
          .map((movie) => trueUtility(user, movie));
      return mean(utility(true)) - mean(utility(false));
    });
    expect(mean(gaps)).toBeGreaterThan(0.5);
  });

  it("answer the truth by external ids", () => {
    const platform = create();
    const [movie] = platform.catalogue.movies;
    expect(platform.trueUtility(4, movie?.facts.movieId ?? "")).toBeTypeOf("number");
    expect(platform.trueUtility(4, "no+such+movie")).toBeUndefined();
  });
});
