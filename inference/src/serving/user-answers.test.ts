import { describe, expect, it } from "vitest";
import { bundleFixture } from "../bundle/codec/bundle-fixture.ts";
import type { LearnedPart } from "../bundle/codec/contents.ts";
import { HistoryCache } from "../history/history-cache.ts";
import { DEFAULT_PREFERENCE } from "../models/preference.ts";
import { BLEND_SHAPE } from "../training/learn-weights.ts";
import { createRecommender } from "./recommender.ts";
import { ServingModel } from "./serving-model.ts";
import { type TextAnswer, createUserAnswers } from "./user-answers.ts";

const USERS = Array.from({ length: 200 }, (_, i) => i + 1);
const MINUTE_MS = 60_000;

const movies = Array.from({ length: 30 }, (_, i) => ({
  movieId: `movie+${String(i).padStart(2, "0")}`,
  genres: ["Drama"],
  neighbours: [],
  runtimeMinutes: 100,
  viewers: 30 - i,
}));

/** Popularity alone. */
const learned: LearnedPart = {
  from: { sha256: "0".repeat(64), users: 1, interactions: 1, until: null, since: null },
  seed: 1,
  preference: DEFAULT_PREFERENCE,
  models: [
    {
      name: "popularity",
      config: {},
      artifact: { numbers: {}, arrays: { scores: new Float32Array(30).fill(1) } },
    },
  ],
  blend: { ...BLEND_SHAPE, terms: [{ signal: "popularity", shape: "standard", weight: 1 }] },
  likeness: { vectors: new Float32Array(30), dimensions: 1 },
};

/** A bundle with models, whose lists begin with the most popular movie. */
const byModels = {
  contents: { ...bundleFixture(movies), learned },
  recommender: {
    ...createRecommender(),
    recommend: ({ standings }: ServingModel) => ({
      movies: [{ movie: standings.order[0] ?? -1, score: 1, similarity: 1 }],
      personalised: true,
    }),
  },
};

/** Users without a history, whose lists hang on counts alone, on a clock set by hand. */
function setup({ contents = bundleFixture(movies), recommender = createRecommender() } = {}) {
  const world = { nowMs: 0 };
  const nowMs = () => world.nowMs;
  const histories = new HistoryCache<TextAnswer>({
    maxRows: 1_000_000,
    load: () => Promise.resolve({ history: new Float64Array(0), hidden: [], person: null }),
    feed: { isLive: () => true, epoch: () => 1 },
    nowMs,
  });
  const model = new ServingModel("0".repeat(64), contents);
  const answers = createUserAnswers({ histories, recommender, model: () => model, nowMs });
  const firstOf = async (userId: number) => (await answers.text(userId)).text.split(",")[0] ?? "";
  return {
    world,
    model,
    lists: () => Promise.all(USERS.map(firstOf)),
    /** Make the last movie the most watched. */
    recount: (movieKey: number, viewers: number) =>
      model.applyCounts([{ movieKey, watchers: 9, ratingCount: 0, ratingSum: 0, viewers }], 1),
  };
}

describe("kept lists", () => {
  it("follow new counts within a minute, not all at once", async () => {
    const { world, lists, recount } = setup();
    expect(new Set(await lists())).toEqual(new Set(["movie+00"]));
    recount(30, 10_000);
    const shares: number[] = [];
    for (const atMs of [0, 15_000, 30_000, 45_000]) {
      world.nowMs = atMs;
      shares.push((await lists()).filter((first) => first === "movie+29").length / USERS.length);
    }
    expect(shares[0]).toBeLessThan(0.05);
    expect(shares[1]).toBeCloseTo(1 / 3, 1);
    expect(shares[2]).toBeCloseTo(2 / 3, 1);
    expect(shares[3]).toBe(1);
  });

  it("are never two counts behind", async () => {
    const { world, lists, recount } = setup();
    await lists();
    recount(30, 10_000);
    world.nowMs = MINUTE_MS;
    recount(29, 100_000);
    expect(new Set(await lists())).toEqual(new Set(["movie+28"]));
  });

  it("by models follow new counts after five to ten minutes, each in its turn", async () => {
    const { world, lists, recount } = setup(byModels);
    await lists();
    recount(30, 10_000);
    const shares: number[] = [];
    for (const minute of [1, 5, 7.5, 10]) {
      world.nowMs = minute * MINUTE_MS;
      shares.push((await lists()).filter((first) => first === "movie+29").length / USERS.length);
      recount(30, 10_000 + minute);
    }
    expect(shares[0]).toBe(0);
    expect(shares[1]).toBeLessThan(0.05);
    expect(shares[2]).toBeCloseTo(0.5, 1);
    expect(shares[3]).toBe(1);
  });

  it("without all models are made anew after a second, once there was time for all", async () => {
    const { recommend } = byModels.recommender;
    let isPartial = true;
    const partly = {
      ...byModels.recommender,
      recommend: (model: ServingModel) => ({ ...recommend(model), isPartial }),
    };
    const { world, lists, recount } = setup({ ...byModels, recommender: partly });
    await lists();
    recount(30, 10_000);
    isPartial = false;
    world.nowMs = 999;
    expect(new Set(await lists())).toEqual(new Set(["movie+00"]));
    world.nowMs = 1_000;
    expect(new Set(await lists())).toEqual(new Set(["movie+29"]));
  });

  it("by models follow a new movie at once", async () => {
    const { model, lists, recount } = setup(byModels);
    await lists();
    recount(30, 10_000);
    model.applyNewMovies([]);
    expect(new Set(await lists())).toEqual(new Set(["movie+29"]));
  });

  it("follow a new movie at once", async () => {
    const { model, lists } = setup();
    await lists();
    const before = model.version;
    model.applyNewMovies([]);
    expect(model.version).toBeGreaterThan(before);
    model.applyCounts(
      [{ movieKey: 30, watchers: 9, ratingCount: 0, ratingSum: 0, viewers: 10_000 }],
      1,
    );
    model.applyNewMovies([]);
    expect(new Set(await lists())).toEqual(new Set(["movie+29"]));
  });
});
