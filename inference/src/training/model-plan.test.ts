import { describe, expect, it } from "vitest";
import { MODELS } from "../models/registry.ts";
import { planModels, plansLike } from "./model-plan.ts";

describe("planModels", () => {
  it("takes every model with its defaults unless told otherwise", () => {
    const plans = planModels([]);
    expect(plans.map(({ name }) => name)).toEqual(Object.keys(MODELS));
    for (const { name, config } of plans) expect(config).toEqual(MODELS[name]?.defaults);
  });

  it("takes each named model once, in the order of all", () => {
    const plans = planModels(["item_knn", "popularity", "item_knn"]);
    expect(plans.map(({ name }) => name)).toEqual(["popularity", "item_knn"]);
  });

  it("changes a parameter, and refuses one that there is not", () => {
    const [plan] = planModels(["popularity"], { popularity: { halfLifeDays: 7 } });
    expect(plan?.config).toEqual({ ...MODELS.popularity?.defaults, halfLifeDays: 7 });
    expect(() => planModels(["popularity"], { popularity: { magic: 7 } })).toThrow("no parameter");
    expect(() => planModels(["magic"])).toThrow('no model "magic"');
  });
});

describe("plansLike", () => {
  it("takes over what this code knows, with defaults for what is new", () => {
    const stored = {
      models: { popularity: { halfLifeDays: 7, gone: 1 }, magic: { x: 1 } },
      blend: {},
    };
    expect(plansLike(stored)).toEqual([
      { name: "popularity", config: { ...MODELS.popularity?.defaults, halfLifeDays: 7 } },
    ]);
  });

  it.each([null, {}, { models: {} }, { models: { magic: {} } }, { models: 1 }])(
    "finds nothing in %j",
    (stored) => {
      expect(plansLike(stored)).toBeUndefined();
    },
  );
});
