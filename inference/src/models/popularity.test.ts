import { describe, expect, it } from "vitest";
import { describeModelContract } from "./describe-model-contract.suite.ts";
import { fixtureTools } from "./interactions.fixture.ts";
import { interactionsFrom } from "./interactions.ts";
import { popularity, type PopularityConfig } from "./popularity.ts";

const DAY_MS = 86_400_000;

describeModelContract(popularity, { isPersonal: false, hasParts: false });

describe("popularity", () => {
  // Movie 0: liked 0 and 10 days before the latest; movie 1: 20 days before; movie 2: disliked.
  const interactions = interactionsFrom(
    [
      { user: 0, movie: 0, preference: 1, time: 30 * DAY_MS },
      { user: 1, movie: 0, preference: 0.2, time: 20 * DAY_MS },
      { user: 1, movie: 1, preference: 1, time: 10 * DAY_MS },
      { user: 0, movie: 2, preference: -0.5, time: 30 * DAY_MS },
    ],
    { users: 2, movies: 3 },
  );

  it.each<[string, Partial<PopularityConfig>, number[]]>([
    ["counts likes", {}, [2, 1, 0]],
    ["halves with age", { halfLifeDays: 10 }, [1.5, 0.25, 0]],
    ["forgets what is beyond the window", { windowDays: 10 }, [2, 0, 0]],
    ["counts what is liked as much as asked for", { leastPreference: 0.2 }, [2, 1, 0]],
    ["leaves out what is liked less", { leastPreference: 0.21 }, [1, 1, 0]],
    ["may count dislikes, too", { leastPreference: -1 }, [2, 1, 1]],
  ])("%s", async (_, changes, expected) => {
    const config = { ...popularity.defaults, ...changes };
    const { arrays } = await popularity.fit(interactions, config, fixtureTools(3));
    const scores = Array.from(arrays["scores"] ?? []);
    expect(scores.length).toBe(3);
    scores.forEach((score, movie) => expect(score).toBeCloseTo(expected[movie] ?? NaN, 3));
  });
});
