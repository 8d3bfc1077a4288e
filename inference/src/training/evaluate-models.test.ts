import { describe, expect, it, vi } from "vitest";
import { makeSplit } from "../evaluation/make-split.ts";
import { PROTOCOLS, type Protocol } from "../evaluation/split.ts";
import { tasteFeatures, tasteInteractions } from "../models/interactions.fixture.ts";
import { createPlainProducts } from "../models/linear-algebra/plain-products.ts";
import { evaluateModels } from "./evaluate-models.ts";
import { planModels } from "./model-plan.ts";
import { ratedMarks } from "./rated-rows.ts";

const interactions = tasteInteractions(120, 60);
const isRated = Uint8Array.from(interactions.movieOf, (movie) => movie % 2);
const fitting = {
  products: createPlainProducts(),
  progress: () => undefined,
  signal: new AbortController().signal,
  nowMs: () => 0,
};

const contest = (protocol: Protocol, withBlend: boolean) => ({
  data: { interactions, isRated },
  split: makeSplit(interactions, protocol, { likedFrom: 0.5, seed: 3 }),
  features: tasteFeatures(60),
  plans: planModels(["item_knn", "popularity"]),
  withBlend,
  seed: 1,
});
const options = { metrics: ["recall@20"] };

describe("evaluateModels", () => {
  it.each(PROTOCOLS)("evaluates models and their blend by the %s protocol", async (protocol) => {
    const asked = contest(protocol, true);
    const contenders = await evaluateModels(asked, fitting, options);
    expect(contenders.map(({ name }) => name)).toEqual(["popularity", "item_knn", "blend"]);
    for (const { evaluation } of contenders) {
      expect(evaluation.lists).toHaveLength(asked.split.cases.length);
      asked.split.cases.forEach(({ barred, candidates }, place) => {
        const list = [...(evaluation.lists[place] ?? [])];
        expect(new Set(list).size).toBe(list.length);
        expect(list.filter((movie) => barred.includes(movie))).toEqual([]);
        expect(list.every((movie) => candidates?.includes(movie) ?? true)).toBe(true);
      });
    }
  });

  it.each([
    ["weak", 0.5, /weak split has nobody to ask: there are no users who liked at least 5 movies/],
    ["strong", 0.5, /there are no two or more users who liked at least 5 movies/],
    ["temporal", 1, /liked another after it/],
  ] as const)("fits nothing where the %s split asks nobody", async (protocol, likedFrom, why) => {
    const few = tasteInteractions(60, 6); // of a user's own taste are three
    const split = makeSplit(few, protocol, { likedFrom, seed: 3 });
    const progress = vi.fn();
    const asked = { ...contest(protocol, true), split };
    await expect(evaluateModels(asked, { ...fitting, progress }, options)).rejects.toThrow(why);
    expect(progress).not.toHaveBeenCalled();
  });

  it("finds by taste what popularity does not", async () => {
    const [popularity, itemKnn] = await evaluateModels(contest("weak", false), fitting, options);
    const recallOf = (one: typeof popularity) => one?.evaluation.means["recall@20"]?.mean ?? NaN;
    expect(recallOf(itemKnn)).toBeGreaterThan(recallOf(popularity) + 0.1);
  });
});

describe("ratedMarks", () => {
  it("finds the ratings of a part", () => {
    const { training } = makeSplit(interactions, "gorse", { likedFrom: 0.5, seed: 3 });
    const marks = ratedMarks({ interactions, isRated }, training);
    expect(training.movieOf.length).toBeLessThan(interactions.movieOf.length);
    expect(marks).toEqual(Uint8Array.from(training.movieOf, (movie) => movie % 2));
  });
});
