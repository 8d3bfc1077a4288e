import { describe, expect, it } from "vitest";
import { differencesOf } from "./differences.ts";
import { type RunView, measureOf, viewOf } from "./run-view.ts";

const run: RunView = viewOf({
  ...{ runKey: 1, state: "succeeded", code: "abc", seed: 1, since: null, watermark: null },
  ...{ startedAt: new Date(0), finishedAt: new Date(1_000), dataHash: "d".repeat(64) },
  ...{ users: 1, movies: 1, interactions: 1, bytes: 1, bundleId: "b".repeat(64), failure: null },
  parameters: {
    models: { ease: { lambda: 200 } },
    blend: { terms: [{ signal: "ease", shape: "standard", weight: 1 }] },
  },
  durations: { fit: 1 },
  metrics: {
    protocol: "temporal",
    users: 60,
    by: { blend: { means: { "ndcg@20": { n: 60, mean: 0.25, se: null } }, coverage: 0.1 } },
  },
});

describe("differencesOf", () => {
  it("names what is not the same, and nothing else", () => {
    const other = {
      ...run,
      seed: 2,
      parameters: run.parameters && {
        ...run.parameters,
        models: { ease: { lambda: 100 }, popularity: { halfLifeDays: 7 } },
      },
    };
    expect(differencesOf([run, other])).toEqual([
      { what: "seed", values: ["1", "2"] },
      { what: "ease.lambda", values: ["200", "100"] },
      { what: "popularity.halfLifeDays", values: ["–", "7"] },
    ]);
    expect(differencesOf([run, run])).toEqual([]);
  });
});

describe("measureOf", () => {
  it("is the blend's, and nothing where it was not measured", () => {
    expect(measureOf(run, "ndcg@20")).toEqual({ mean: 0.25, se: 0 });
    expect(measureOf(run, "mrr@20")).toBeNull();
    expect(measureOf({ ...run, metrics: null }, "ndcg@20")).toBeNull();
  });
});

describe("viewOf", () => {
  it("refuses a diary that it cannot read", () => {
    expect(() => viewOf({ ...run, metrics: { by: 1 } })).toThrow("run 1");
  });
});
