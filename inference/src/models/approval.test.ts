import { describe, expect, it } from "vitest";
import { approval } from "./approval.ts";
import { describeModelContract } from "./describe-model-contract.suite.ts";
import { fixtureTools } from "./interactions.fixture.ts";
import { interactionsFrom } from "./interactions.ts";

describeModelContract(approval, { isPersonal: false, hasParts: false });

describe("approval", () => {
  it("is the mean preference, drawn towards the mean of all", async () => {
    // Mean of all: (1 + 0.5 − 0.5 + 1) / 4 = 0.5.
    const interactions = interactionsFrom(
      [
        { user: 0, movie: 0, preference: 1, time: 1 },
        { user: 0, movie: 1, preference: 0.5, time: 2 },
        { user: 1, movie: 1, preference: -0.5, time: 3 },
        { user: 1, movie: 0, preference: 1, time: 4 },
      ],
      { users: 2, movies: 3 },
    );
    const { arrays } = await approval.fit(interactions, { damping: 2 }, fixtureTools(3));
    expect(arrays["scores"]).toEqual(Float32Array.of((2 + 1) / 4, (0 + 1) / 4, 0.5));
  });
});
