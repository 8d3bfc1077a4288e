import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bundleFixture } from "../bundle/codec/bundle-fixture.ts";
import { type PackedHistory, withRow } from "../retrieval/packed-history.ts";
import { explainNot } from "./explain-not.ts";
import { createRecommender } from "./recommender.ts";
import { ServingModel } from "./serving-model.ts";

const ID = "0".repeat(64);
const GENRES = ["Drama", "Comedy", "Horror", "War", "Western", "Music"];

/** 40 movies in a ring: each is most similar to the two that follow. Movie keys 1 … 40. */
const ring = bundleFixture(
  Array.from({ length: 40 }, (_, i) => ({
    movieId: `movie+${String(i).padStart(2, "0")}`,
    genres: [GENRES[i % 6] ?? ""],
    neighbours: [(i + 1) % 40, (i + 2) % 40],
    runtimeMinutes: 100,
    viewers: 40 - i,
  })),
);

/** Of [movie key, furthest minute, rating]; the latest last. */
function historyOf(...rows: (readonly [number, number, number])[]): PackedHistory {
  return rows.reduce<PackedHistory>(
    (history, [key, minute, rating], i) => withRow(history, [key, minute, i, i, rating, NaN]),
    new Float64Array(0),
  );
}

const recommender = createRecommender();
const NONE = new Float64Array(0);

function recommend(model: ServingModel, history: PackedHistory, n = 5, exclude: number[] = []) {
  const { movies, personalised } = recommender.recommend(model, history, { n, exclude });
  return { ids: movies.map(({ movie }) => model.movies[movie]?.movieId), personalised };
}

describe("a recommender", () => {
  it("recommends what is similar to the watched, and not the watched", () => {
    const { ids, personalised } = recommend(new ServingModel(ID, ring), historyOf([11, 99, NaN]));
    expect(ids.slice(0, 2)).toEqual(["movie+11", "movie+12"]);
    expect(ids).not.toContain("movie+10");
    expect(personalised).toBe(true);
  });

  it.each([
    { what: "rated low", row: [31, 99, 0.2] as const },
    { what: "barely watched", row: [31, 5, NaN] as const },
  ])("is not pulled by a movie that was $what", ({ row }) => {
    const model = new ServingModel(ID, ring);
    const { ids, personalised } = recommend(model, historyOf(row));
    expect(ids).not.toContain("movie+31");
    expect(personalised).toBe(false);
    expect(ids).toEqual(recommend(model, NONE).ids);
  });

  it("gives an unknown user a popular list without more than four of a genre", () => {
    const model = new ServingModel(ID, ring);
    const { movies } = recommender.recommend(model, NONE, { n: 20 });
    expect(movies[0]?.movie).toBe(0);
    const genres = movies.map(({ movie }) => model.movies[movie]?.genres[0] ?? "");
    for (const genre of GENRES) {
      expect(genres.filter((one) => one === genre).length).toBeLessThanOrEqual(4);
    }
  });

  it("gives what is left to a user who has watched nearly everything, nothing to one who has", () => {
    const model = new ServingModel(ID, ring);
    const all = Array.from({ length: 40 }, (_, i) => [i + 1, 99, NaN] as const);
    expect(recommend(model, historyOf(...all.slice(0, 38)), 20).ids).toHaveLength(2);
    expect(recommend(model, historyOf(...all), 20)).toEqual({ ids: [], personalised: false });
  });

  it("ranks what is near to what somebody new writes, and asks for it only then", () => {
    const model = new ServingModel(ID, ring);
    let asked = 0;
    const described = () => {
      asked += 1;
      return [
        { movieId: "movie+33", score: 0.5 },
        { movieId: "movie+35", score: 0.9 },
        { movieId: "of+another+catalogue", score: 1 },
        { movieId: "movie+37", score: 0.8 },
      ];
    };
    const { movies, personalised, basis } = recommender.recommend(model, historyOf([38, 0, NaN]), {
      n: 20,
      described,
    });
    expect({ personalised, basis, asked }).toEqual({
      ...{ personalised: true, basis: "description", asked: 1 },
    });
    expect(movies.slice(0, 2).map(({ movie }) => movie)).toEqual([35, 33]);
    expect(movies[0]?.similarity).toBe(1);
    expect(new Set(movies.map(({ movie }) => movie)).size).toBe(20);
    expect(movies.map(({ movie }) => movie)).not.toContain(37); // begun
    recommender.recommend(model, historyOf([11, 99, NaN]), { n: 20, described });
    expect(asked).toBe(1);
  });

  it.each([
    ["nothing near is known yet", undefined],
    ["nothing is near", []],
    ["nothing near is in the catalogue", [{ movieId: "of+another+catalogue", score: 1 }]],
    ["what is near is barred", [{ movieId: "movie+00", score: 1 }]],
  ])("gives the popular list while %s", (_, near) => {
    const model = new ServingModel(ID, ring);
    const options = { n: 20, hidden: [1] };
    const list = recommender.recommend(model, NONE, { ...options, described: () => near });
    expect(list).toEqual(recommender.recommend(model, NONE, options));
    expect(list.personalised).toBe(false);
  });

  it("goes on with a movie that was hardly begun, where that is not watched", () => {
    const model = new ServingModel(ID, ring);
    const lenient = createRecommender({ barring: { watchedAbove: 0.05 } });
    const history = historyOf([1, 4, NaN], [2, 5, NaN], [3, 0, 0.2]);
    const ids = lenient.recommend(model, history, { n: 40 }).movies.map(({ movie }) => movie);
    expect(ids).toHaveLength(38);
    expect(ids).toContain(0);
  });

  it("names the watched movies behind each", () => {
    const model = new ServingModel(ID, ring);
    const { movies } = recommender.recommend(model, historyOf([11, 99, NaN], [12, 99, NaN]), {
      n: 3,
      explain: true,
    });
    expect(movies[0]).toMatchObject({ movie: 12 });
    expect(movies[0]?.reasons?.map(({ index }) => index).toSorted()).toEqual([10, 11]);
    expect(movies.find(({ similarity }) => similarity === 0)?.reasons ?? []).toEqual([]);
  });

  it("never recommends the watched or excluded, and always n if there are", () => {
    const model = new ServingModel(ID, ring);
    const row = fc.tuple(
      fc.integer({ min: 1, max: 45 }),
      fc.integer({ min: 0, max: 120 }),
      fc.constantFrom(NaN, 0.2, 0.6, 1),
    );
    const rows = fc.uniqueArray(row, { selector: ([key]) => key });
    const exclude = fc.uniqueArray(fc.nat(39));
    fc.assert(
      fc.property(rows, exclude, fc.integer({ min: 1, max: 100 }), (watched, excluded, n) => {
        const history = historyOf(...watched);
        const { movies } = recommender.recommend(model, history, { n, exclude: excluded });
        const barred = new Set([...watched.map(([key]) => key - 1), ...excluded]);
        const known = [...barred].filter((movie) => movie < 40).length;
        const given = movies.map(({ movie }) => movie);
        expect(given.filter((movie) => barred.has(movie))).toEqual([]);
        expect(new Set(given).size).toBe(given.length);
        expect(given).toHaveLength(Math.min(n, 40 - known));
      }),
    );
  });
});

describe("a serving model", () => {
  const newMovie = {
    movie: {
      movieKey: 99,
      movieId: "brand+new",
      title: "Brand New",
      year: 2026,
      runtimeMinutes: 90,
      genres: ["Drama"],
    },
    neighbours: [11, 12, 12_345],
    similarities: [0.99, 0.5, 0.4],
  };

  it("recommends a movie that came after its bundle, and from it", () => {
    const model = new ServingModel(ID, ring);
    const before = model.version;
    model.applyNewMovies([newMovie]);
    expect(model.version).toBeGreaterThan(before);
    expect(recommend(model, historyOf([11, 99, NaN])).ids.slice(0, 3)).toContain("brand+new");
    expect(recommend(model, historyOf([99, 89, NaN])).ids[0]).toBe("movie+10");
    expect(model.indexOfId("brand+new")).toBe(40);
  });

  it("keeps the counts of new movies when more of them come", () => {
    const model = new ServingModel(ID, ring);
    model.applyNewMovies([newMovie]);
    const row = { watchers: 7, ratingCount: 0, ratingSum: 0, viewers: 3 };
    model.applyCounts([{ movieKey: 99, ...row }], 1);
    const earlier = { ...newMovie.movie, movieKey: 98, movieId: "other+new" };
    model.applyNewMovies([newMovie, { ...newMovie, movie: earlier }]);
    expect(model.counts.watchers[model.indexOf(99) ?? -1]).toBe(7);
    expect(model.counts.watchers[model.indexOf(98) ?? -1]).toBe(0);
  });

  it("lets viewers decay, and takes newer counts", () => {
    const model = new ServingModel(ID, ring);
    const row = { movieKey: 40, watchers: 500, ratingCount: 0, ratingSum: 0, viewers: 900 };
    model.applyCounts([row], 0.5);
    expect(model.counts.viewers[0]).toBe(20);
    expect(model.popular[0]).toBe(39);
  });
});

describe("explainNot", () => {
  const why = (model: ServingModel, history: PackedHistory, movie: number) =>
    explainNot(model, recommender, { history, hidden: [2], person: null, movie, n: 5 });

  it.each([
    ["rated", historyOf([11, 99, 0.2])],
    ["watched", historyOf([11, 99, NaN])],
  ])("says that a movie was %s", (reason, history) => {
    const found = why(new ServingModel(ID, ring), history, 10);
    expect(found).toMatchObject({ place: null, isBarred: true, barredBecause: [reason] });
  });

  it("says that a movie is hidden, and where it would be", () => {
    const found = why(new ServingModel(ID, ring), NONE, 1);
    expect(found).toMatchObject({ place: null, barredBecause: ["hidden"], rank: 2 });
  });

  it("says of a movie that nobody is shown where it would be", () => {
    const model = new ServingModel(ID, ring);
    model.keepFromAll([1]);
    const found = why(model, NONE, 0);
    expect(found).toMatchObject({ place: null, barredBecause: ["kept_from_all"], rank: 1 });
    expect(why(model, NONE, 2)).toMatchObject({ place: 1, isBarred: false, barredBecause: [] });
  });
});
