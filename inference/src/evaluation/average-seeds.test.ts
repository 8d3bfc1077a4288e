import { describe, expect, it } from "vitest";
import { averageSeeds } from "./average-seeds.ts";
import { makeSplit } from "./make-split.ts";
import { PROTOCOLS } from "./split.ts";
import { tasteInteractions } from "../models/interactions.fixture.ts";

const evaluation = (users: number[], values: number[], coverage: number) => ({
  users: Int32Array.from(users),
  perUser: { "recall@20": Float64Array.from(values) },
  means: {},
  coverage,
  gini: coverage / 2,
});

describe("averageSeeds", () => {
  it("averages each user over the splits that ask the user, then over users", () => {
    const average = averageSeeds([
      evaluation([1, 4], [0.2, 1], 0.1),
      evaluation([1, 9], [0.4, 0.8], 0.3),
    ]);
    expect([...average.users]).toEqual([1, 4, 9]);
    expect(average.perUser["recall@20"]?.[0]).toBeCloseTo(0.3, 12);
    expect(average.means["recall@20"]?.mean).toBeCloseTo(0.7, 12);
    expect(average.means["recall@20"]?.se).toBeCloseTo(Math.sqrt((0.16 + 0.09 + 0.01) / 2 / 3), 12);
    expect(average.coverage).toBeCloseTo(0.2, 12);
    expect(average.gini).toBeCloseTo(0.1, 12);
  });

  it("is not surer for the same split twice", () => {
    const one = evaluation([1, 2, 3], [0, 0.5, 1], 0.1);
    expect(averageSeeds([one, one]).means).toEqual(averageSeeds([one]).means);
  });
});

describe("makeSplit", () => {
  it.each(PROTOCOLS)("makes the %s split", (protocol) => {
    const split = makeSplit(tasteInteractions(40, 60), protocol, { likedFrom: 0.5, seed: 1 });
    expect(split.protocol).toBe(protocol);
    expect(split.cases.length).toBeGreaterThan(0);
  });
});
