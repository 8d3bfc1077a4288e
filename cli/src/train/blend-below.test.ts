import { describe, expect, it } from "vitest";
import { blendBelow } from "./blend-below.ts";
import type { TrainReport } from "./train-report.ts";

function measured(means: Readonly<Record<string, number>>): TrainReport["metrics"] {
  const by = Object.entries(means).map(([name, mean]) => [
    name,
    { means: { "ndcg@20": { n: 60, mean, se: 0.01 } }, coverage: 0.1 },
  ]);
  return { protocol: "temporal", users: 60, by: Object.fromEntries(by) as object };
}

const below = measured({ popularity: 0.2, ease: 0.3, rp3beta: 0.3, blend: 0.25 });

describe("blendBelow", () => {
  it("names the best model, and why: weights of shown lists are for another aim", () => {
    const said = blendBelow({ metrics: below, weighedBy: 80, weighedLists: 900 });
    expect(said).toContain("ndcg@20 is 0.250 here, and 0.300 by ease alone: ");
    expect(said).toContain("what users take of what they are shown");
  });

  it("gives other reasons where no list was shown", () => {
    expect(blendBelow({ metrics: below, weighedBy: 80, weighedLists: 0 })).toContain(
      "the time before the one that is measured",
    );
    expect(blendBelow({ metrics: below, weighedBy: 0, weighedLists: 0 })).toContain(
      "its weights were not learned",
    );
  });

  it.each([
    ["the blend is best", measured({ ease: 0.2, blend: 0.25 })],
    ["they are equal", measured({ ease: 0.25, blend: 0.25 })],
    ["the blend was not measured", measured({ ease: 0.25 })],
    ["nothing was measured", null],
  ])("says nothing where %s", (_, metrics) => {
    expect(blendBelow({ metrics, weighedBy: 80, weighedLists: 900 })).toBeUndefined();
  });
});
