import { describe, expect, it } from "vitest";
import { content } from "./content.ts";
import { describeModelContract } from "./describe-model-contract.suite.ts";
import { fixtureTools, tasteFeatures } from "./interactions.fixture.ts";
import { interactionsFrom } from "./interactions.ts";
import { denseMatrix, denseWeights, sumOver } from "./sparse/neighbour-table.fixture.ts";

describeModelContract(content, { isPersonal: true, hasParts: true });

describe("content", () => {
  it("weighs by cosine, exactly, across blocks", async () => {
    const movies = 300;
    const features = tasteFeatures(movies);
    const { embeddings, dimensions } = features;
    embeddings.fill(0, 0, dimensions); // the first is not embedded
    const at = (movie: number, d: number) => embeddings[movie * dimensions + d] ?? NaN;
    const expected = denseMatrix(movies, (i, j) => sumOver(dimensions, (d) => at(i, d) * at(j, d)));
    const nothing = interactionsFrom([], { users: 0, movies });
    const config = { ...content.defaults, neighbours: movies };
    const weights = denseWeights(
      await content.fit(nothing, config, fixtureTools(movies, { features })),
    );
    const apart = weights.flatMap((row, i) =>
      row.map((weight, j) => Math.abs(weight - (expected[i]?.[j] ?? NaN))),
    );
    expect(Math.max(...apart)).toBeLessThan(1e-6);
    expect(Math.max(...(weights[0] ?? []))).toBe(0);
  });

  it.each([
    ["too few", new Float32Array(15)],
    ["not finite", new Float32Array(16).fill(1).with(5, NaN)],
  ])("refuses embeddings that are %s", async (_, embeddings) => {
    const features = { ...tasteFeatures(2), embeddings };
    const nothing = interactionsFrom([], { users: 0, movies: 2 });
    const fitting = content.fit(nothing, content.defaults, fixtureTools(2, { features }));
    await expect(fitting).rejects.toMatchObject({ code: "invalid_argument" });
  });
});
