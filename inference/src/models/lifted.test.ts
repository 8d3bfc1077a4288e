import { describe, expect, it } from "vitest";
import { describeModelContract } from "./describe-model-contract.suite.ts";
import { fixtureTools } from "./interactions.fixture.ts";
import { interactionsFrom, rowOf } from "./interactions.ts";
import { liftPreferences, lifted } from "./lifted.ts";
import { popularity } from "./popularity.ts";

const LIFT = { lift: 0.5, leastLifted: -0.25 };
const model = lifted(popularity, LIFT);

describeModelContract(model, { isPersonal: false, hasParts: false });

describe("liftPreferences", () => {
  it("lifts what is not against a movie, and nothing else", () => {
    const preferences = Float32Array.of(1, 0.5, 0, -0.25, -0.3, -1);
    const told = Array.from(liftPreferences(preferences, LIFT));
    expect(told).toEqual([1, 0.75, 0.5, 0.375, Math.fround(-0.3), -1]);
  });

  it("changes nothing with a lift of 0", () => {
    const preferences = Float32Array.of(1, 0, -1);
    expect(liftPreferences(preferences, { lift: 0, leastLifted: -1 })).toEqual(preferences);
  });
});

describe("lifted", () => {
  const one = interactionsFrom(
    [
      { user: 0, movie: 0, preference: 0, time: 0 },
      { user: 0, movie: 1, preference: -0.5, time: 0 },
    ],
    { users: 1, movies: 2 },
  );

  it("learns from what the lift makes a like", async () => {
    const artifact = await model.fit(one, model.defaults, fixtureTools(2));
    const scores = new Float32Array(2);
    model.prepare(artifact).score(rowOf(one, 0), scores);
    expect(Array.from(scores)).toEqual([1, 0]);
    const plain = { ...model.defaults, lift: 0 };
    const without = await model.fit(one, plain, fixtureTools(2));
    model.prepare(without).score(rowOf(one, 0), scores);
    expect(Array.from(scores)).toEqual([0, 0]);
  });

  it.each([{ lift: 1 }, { lift: -0.1 }, { lift: NaN }, { leastLifted: 2 }])(
    "refuses %j",
    async (change) => {
      const fitting = model.fit(one, { ...model.defaults, ...change }, fixtureTools(2));
      await expect(fitting).rejects.toMatchObject({ code: "invalid_argument" });
    },
  );
});
