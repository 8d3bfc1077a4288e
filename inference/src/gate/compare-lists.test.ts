import { describe, expect, it } from "vitest";
import { bundleFixture } from "../bundle/codec/bundle-fixture.ts";
import { ServingModel } from "../serving/serving-model.ts";
import { measureLists } from "./compare-lists.ts";
import type { ListMaker } from "./list-maker.ts";
import { fastestOf } from "./measure-latency.ts";
import { NOTHING_SHOWN } from "./read-shown.ts";
import { testUserFrom } from "./test-users.ts";

const model = new ServingModel(
  "bundle",
  bundleFixture(Array.from({ length: 8 }, (_, n) => ({ movieId: `m${n}` }))),
);

describe("measureLists", () => {
  it("has the recall, the gain and the coverage of lists made by hand", () => {
    const lists = [
      [1, 2, 3],
      [1, 4, 5],
    ];
    const maker: ListMaker = { model, list: () => lists.shift() ?? [] };
    const users = [
      { userId: 1, before: [], hidden: [], shown: 0, targets: new Set([2, 7]) },
      { userId: 2, before: [], hidden: [], shown: 0, targets: new Set([1]) },
    ];
    const { measures, coverage } = measureLists(maker, users);
    expect(measures.get("recall@20")).toEqual(Float64Array.of(1 / 2, 1));
    // A hit at rank 2 of two to be found: (1 / log₂ 3) / (1 + 1 / log₂ 3).
    const gain = 1 / Math.log2(3);
    expect(measures.get("ndcg@20")?.[0]).toBeCloseTo(gain / (1 + gain), 12);
    expect(measures.get("ndcg@20")?.[1]).toBe(1);
    expect(coverage).toBe(5 / 8);
  });
});

describe("testUserFrom", () => {
  const entry = (movieKey: number, atMs: number) => ({
    ...{ movieKey, furthestMinute: 9, firstWatchedAtMs: atMs, lastWatchedAtMs: atMs },
    ...{ rating: null, ratedAtMs: null },
  });

  it("knows what had begun, and looks for what was liked of the rest", () => {
    const entries = [entry(1, 10), entry(2, 20), entry(3, 21), entry(4, 30)];
    const isTarget = ({ movieKey }: { movieKey: number }) => movieKey !== 3;
    const split = { atMs: 20, isTarget, shown: NOTHING_SHOWN };
    const user = testUserFrom({ userId: 5, entries, hidden: [] }, split);
    expect(user.before.map(({ movieKey }) => movieKey)).toEqual([1, 2]);
    expect([...user.targets]).toEqual([4]);
  });

  it("does not look for what a list had shown before it began", () => {
    const entries = [entry(1, 21), entry(2, 30), entry(3, 30)];
    const shown = new Map([
      [1, 21],
      [2, 31],
    ]);
    const user = testUserFrom(
      { userId: 5, entries, hidden: [] },
      { atMs: 20, isTarget: () => true, shown },
    );
    expect([...user.targets]).toEqual([2, 3]);
    expect(user.shown).toBe(1);
  });
});

describe("fastestOf", () => {
  it("takes each user's fastest of three, the makers in turns", () => {
    let nowMs = 0;
    const asked: string[] = [];
    const makerOf = (name: string, times: number[]): ListMaker => ({
      model,
      list: () => {
        asked.push(name);
        nowMs += times.shift() ?? 0;
        return [];
      },
    });
    const histories = [1, 2].map((userId) => ({ userId, entries: [], hidden: [] }));
    const makers = [makerOf("main", [5, 1, 9, 2, 7, 3]), makerOf("candidate", [4, 4, 4, 4, 4, 4])];
    expect(fastestOf(makers, histories, () => nowMs)).toEqual([
      [5, 1],
      [4, 4],
    ]);
    expect(asked.slice(0, 4)).toEqual(["main", "candidate", "main", "candidate"]);
  });
});
