import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_RANKING } from "./parameters.ts";
import { type Standings, rankMovies } from "./rank-movies.ts";
import {
  bayesianMeans,
  orderByStanding,
  popularityOf,
  ranksOfIds,
  standingOf,
} from "./standing.ts";
import { TopK } from "./top-k.ts";
import { variedOrder } from "./varied-order.ts";

const NO_COUNTS = { watchers: [0, 0], ratingCounts: [0, 0], ratingSums: [0, 0], viewers: [0, 0] };

describe("popularityOf", () => {
  it("is 1 for the most viewed, 0 for the unseen", () => {
    const counts = { ...NO_COUNTS, viewers: [9, 0] };
    expect([...popularityOf(counts, DEFAULT_RANKING)]).toEqual([1, 0]);
  });

  it("is half for the square root of the views", () => {
    const counts = { ...NO_COUNTS, viewers: [99, 9] };
    expect(popularityOf(counts, DEFAULT_RANKING)[1]).toBeCloseTo(0.5, 12);
  });

  it("falls back on the watchers of all time, and to 0 without any", () => {
    const popular = popularityOf({ ...NO_COUNTS, watchers: [0, 50] }, DEFAULT_RANKING);
    expect([...popular]).toEqual([0, 1]);
    expect([...popularityOf(NO_COUNTS, DEFAULT_RANKING)]).toEqual([0, 0]);
  });
});

describe("bayesianMeans", () => {
  it("puts a thousand good ratings before one perfect", () => {
    const [one, thousand] = bayesianMeans(
      { ...NO_COUNTS, ratingCounts: [1, 1_000, 9_000], ratingSums: [20, 18_000, 90_000] },
      DEFAULT_RANKING,
    );
    expect(one).toBeLessThan(thousand ?? 0);
  });

  it("is the mean of all ratings for a movie without any, and one half when there are none", () => {
    const counts = { ...NO_COUNTS, ratingCounts: [2, 0], ratingSums: [20, 0] };
    expect(bayesianMeans(counts, DEFAULT_RANKING)[1]).toBe(0.5);
    expect(bayesianMeans(NO_COUNTS, DEFAULT_RANKING)[0]).toBe(0.5);
  });
});

describe("standingOf", () => {
  it("blends popularity and rating by their weights", () => {
    const counts = { ...NO_COUNTS, viewers: [5, 0], ratingCounts: [10, 10], ratingSums: [50, 190] };
    const [popular, rated] = standingOf(counts, DEFAULT_RANKING);
    expect(popular).toBeCloseTo(DEFAULT_RANKING.popularityWeight, 12);
    expect(rated).toBeCloseTo(DEFAULT_RANKING.ratingWeight, 12);
  });
});

describe("ranksOfIds", () => {
  it("orders by code units", () => {
    expect([...ranksOfIds(["b", "a+2", "a", "B"])]).toEqual([3, 2, 1, 0]);
  });
});

describe("TopK", () => {
  it("keeps what a full sort would keep, ties to the smaller id", () => {
    const scores = fc.array(fc.constantFrom(0.1, 0.2, 0.3, 0.4), { maxLength: 60 });
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 30 }), fc.integer(), (offered, k, seed) => {
        // A permutation of ids that depends on the seed.
        const keys = offered.map((_, i) => Math.imul(i + 1, seed | 1) >>> 0);
        const ranks = ranksOfIds(keys.map((key, i) => `${String(key).padStart(10, "0")}-${i}`));
        const best = new TopK(k, ranks);
        offered.forEach((score, movie) => {
          best.offer(movie, score);
        });
        const expected = offered
          .map((score, movie) => ({ movie, score }))
          .sort((a, b) => b.score - a.score || (ranks[a.movie] ?? 0) - (ranks[b.movie] ?? 0))
          .slice(0, k);
        expect(best.sorted()).toEqual(expected);
      }),
    );
  });

  it("keeps nothing for k 0", () => {
    const none = new TopK(0, Int32Array.of(0));
    none.offer(0, 1);
    expect(none.sorted()).toEqual([]);
  });
});

function standingsOf(standing: readonly number[]): Standings {
  const idRanks = Int32Array.from(standing.keys());
  const scores = Float64Array.from(standing);
  return {
    standing: scores,
    order: orderByStanding(scores, idRanks),
    idRanks,
    similarityWeight: 0.6,
  };
}

/** null: barred. */
function similarityOf(sums: readonly (number | null)[]) {
  return {
    sums: Float32Array.from(sums, (sum) => sum ?? -Infinity),
    most: Math.max(0, ...sums.filter((sum) => sum !== null)),
  };
}

describe("rankMovies", () => {
  it("puts the similar first, and fills with the popular", () => {
    const ranked = rankMovies(similarityOf([0, 0, 0.5, 1]), standingsOf([0.2, 0.25, 0.1, 0.05]), 4);
    expect(ranked.map(({ movie }) => movie)).toEqual([3, 2, 1, 0]);
    expect(ranked[0]?.score).toBeCloseTo(0.65, 6);
    expect(ranked.map(({ similarity }) => similarity)).toEqual([1, 0.5, 0, 0]);
  });

  it("never recommends what is barred, not even to fill the list", () => {
    const ranked = rankMovies(similarityOf([null, 0, null]), standingsOf([0.4, 0, 0.4]), 3);
    expect(ranked.map(({ movie }) => movie)).toEqual([1]);
  });

  it("measures similarity against the best that may be recommended", () => {
    const ranked = rankMovies(similarityOf([null, 2]), standingsOf([0, 0]), 2);
    expect(ranked).toEqual([{ movie: 1, score: expect.closeTo(0.6, 6) as number, similarity: 1 }]);
  });

  it("equals a full sort of the catalogue, without the barred, whatever the input", () => {
    const movie = fc.record({
      sum: fc.constantFrom(0, 0, 0.25, 0.5, 1),
      standing: fc.constantFrom(0, 0.1, 0.2, 0.4),
      barred: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(movie, { maxLength: 50 }), fc.integer({ min: 1, max: 25 }), (all, k) => {
        const ranked = rankMovies(
          similarityOf(all.map(({ sum, barred }) => (barred ? null : sum))),
          standingsOf(all.map(({ standing }) => standing)),
          k,
        );
        const most = Math.max(0, ...all.filter((m) => !m.barred).map(({ sum }) => sum));
        const scale = most > 0 ? 0.6 / most : 0;
        const expected = all
          .map(({ sum, standing, barred }, index) => ({
            index,
            barred,
            score: scale * sum + standing,
          }))
          .filter(({ barred }) => !barred)
          .sort((a, b) => b.score - a.score || a.index - b.index)
          .slice(0, k)
          .map(({ index }) => index);
        expect(ranked.map(({ movie: index }) => index)).toEqual(expected);
      }),
    );
  });
});

describe("variedOrder", () => {
  it("takes no more than 4 of one genre in the first 20 while others are left", () => {
    const order = Array.from({ length: 60 }, (_, i) => i);
    const genre = (movie: number) => (movie < 30 ? "Drama" : `Genre ${movie % 6}`);
    const first = variedOrder(order, genre, 20);
    expect(first.slice(0, 4)).toEqual([0, 1, 2, 3]);
    expect(first.filter((movie) => movie < 30)).toHaveLength(4);
    expect(first).toHaveLength(20);
  });

  it("gives a catalogue without genres in order, at once", () => {
    let asked = 0;
    const order = Array.from({ length: 100_000 }, (_, i) => i);
    const first = variedOrder(order, () => void (asked += 1), 400);
    expect(first).toEqual(order.slice(0, 400));
    expect(asked).toBe(order.length);
  });

  it("gives every movie once, whatever the genres", () => {
    const genres = fc.array(fc.constantFrom("Drama", "Comedy", undefined), { maxLength: 70 });
    fc.assert(
      fc.property(genres, (all) => {
        const order = [...all.keys()];
        const varied = variedOrder(order, (movie) => all[movie], order.length);
        expect(varied.toSorted((a, b) => a - b)).toEqual(order);
      }),
    );
  });
});
