import { describe, expect, it } from "vitest";
import { createConstantScorer } from "../constant-scorer.ts";
import { MODEL_NAMES, type ModelName } from "../model.ts";
import { createBlendRanker } from "./blend-ranker.ts";
import { SPARSE_MODELS } from "./model-order.ts";

const SCORERS = new Map(
  MODEL_NAMES.map((name) => [name, createConstantScorer(Float32Array.of(1, 2, 3))]),
);

function modelsOf(weights: Partial<Record<ModelName, number>>) {
  const terms = Object.entries(weights).map(([signal, weight]) => ({
    signal: signal as ModelName,
    shape: "standard" as const,
    weight,
  }));
  return new Set(createBlendRanker(SCORERS, { terms, candidatesPerModel: 2 }).models);
}

describe("createBlendRanker", () => {
  it("asks the models that have a weight, and no others", () => {
    expect(modelsOf({ ials: 0.5, ease: 0.1, content: 0 })).toEqual(new Set(["ials", "ease"]));
  });

  it("asks all sparse models for candidates where none of the blend's can name any", () => {
    expect(modelsOf({ ials: 0.5, popularity: 0.1, ease: 0 })).toEqual(
      new Set(["ials", ...SPARSE_MODELS]),
    );
  });
});
