import { describe, expect, it } from "vitest";
import { describeModelContract } from "./describe-model-contract.suite.ts";
import { fixtureTools } from "./interactions.fixture.ts";
import { interactionsFrom } from "./interactions.ts";
import { newness } from "./newness.ts";

const DAY_MS = 86_400_000;

describeModelContract(newness, { isPersonal: false, hasParts: false });

describe("newness", () => {
  it("halves with each half-life since a movie was first met, and is the mean of what nobody has met", async () => {
    const interactions = interactionsFrom(
      [
        { user: 0, movie: 0, preference: 1, time: 30 * DAY_MS },
        { user: 0, movie: 1, preference: -1, time: 20 * DAY_MS },
        { user: 1, movie: 1, preference: 1, time: 30 * DAY_MS },
        { user: 1, movie: 2, preference: 1, time: 10 * DAY_MS },
      ],
      { users: 2, movies: 4 },
    );
    const { arrays } = await newness.fit(interactions, { halfLifeDays: 10 }, fixtureTools(4));
    expect(arrays["scores"]).toEqual(Float32Array.of(1, 0.5, 0.25, 1.75 / 3));
  });
});
