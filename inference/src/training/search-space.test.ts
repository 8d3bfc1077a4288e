import { describe, expect, it } from "vitest";
import { interactionsFrom } from "../models/interactions.ts";
import { fixtureTools } from "../models/interactions.fixture.ts";
import { MODELS } from "../models/registry.ts";
import { modelOf, planModels } from "./model-plan.ts";
import { SEARCH_SPACES, configsToTry } from "./search-space.ts";

const first = <T>(values: Iterable<T>, count: number): T[] => {
  const taken: T[] = [];
  for (const value of values) {
    if (taken.length === count) break;
    taken.push(value);
  }
  return taken;
};

describe("configsToTry", () => {
  it("begins with what there is, and is the same for the same seed", () => {
    const [plan] = planModels(["ease"]);
    if (!plan) throw new Error("fixture");
    const tried = first(configsToTry(plan, 3), 20);
    expect(tried[0]).toEqual(plan.config);
    expect(new Set(tried.map((config) => JSON.stringify(config))).size).toBe(20);
    expect(first(configsToTry(plan, 3), 20)).toEqual(tried);
    expect(first(configsToTry(plan, 4), 20)).not.toEqual(tried);
  });

  it("ends after the first where nothing is searched", () => {
    expect(first(configsToTry({ name: "svd", config: { factors: 1 } }, 1), 5)).toHaveLength(1);
  });

  it.each(Object.keys(SEARCH_SPACES))("draws for %s what the model has and takes", async (name) => {
    const model = modelOf(name);
    const space = Object.keys(SEARCH_SPACES[model.name] ?? {});
    expect(Object.keys(MODELS[model.name]?.defaults ?? {})).toEqual(expect.arrayContaining(space));
    const nothing = interactionsFrom([], { users: 0, movies: 2 });
    for (const plan of planModels([name])) {
      for (const config of first(configsToTry(plan, 1), 30)) {
        await expect(model.fit(nothing, config, fixtureTools(2))).resolves.toBeDefined();
      }
    }
  });
});
