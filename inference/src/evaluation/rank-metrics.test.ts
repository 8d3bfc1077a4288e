import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hitsOf, parseMetric } from "./rank-metrics.ts";

const valueOf = (name: string, list: number[], targets: number[]) =>
  parseMetric(name).valueOf(hitsOf(Int32Array.from(list), Int32Array.from(targets)));

// Of the targets 2, 4, 6 and 8 the list has 4 at rank 1, 8 at rank 3 and 2 at rank 6.
const LIST = [4, 1, 8, 3, 5, 2, 7];
const TARGETS = [2, 4, 6, 8];
const dcg = (...ranks: number[]) => ranks.reduce((sum, rank) => sum + 1 / Math.log2(rank + 1), 0);

describe("rank metrics", () => {
  it.each([
    ["recall@3", 2 / 3],
    ["recall@20", 3 / 4],
    ["plain_recall@3", 2 / 4],
    ["precision@3", 2 / 3],
    ["precision@10", 3 / 10],
    ["ndcg@3", 1.5 / (1 + 1 / Math.log2(3) + 0.5)],
    ["ndcg@7", dcg(1, 3, 6) / dcg(1, 2, 3, 4)],
    ["map@3", (1 + 2 / 3) / 3],
    ["map@7", (1 + 2 / 3 + 3 / 6) / 4],
    ["mrr@5", 1],
    ["hit_rate@1", 1],
  ])("%s of hits at 1, 3 and 6 of 4 is %d", (name, expected) => {
    expect(valueOf(name, LIST, TARGETS)).toBeCloseTo(expected, 12);
  });

  it("gives digits computed elsewhere", () => {
    expect(valueOf("ndcg@3", LIST, TARGETS)).toBeCloseTo(0.7039180890341347, 12);
    expect(valueOf("ndcg@7", LIST, TARGETS)).toBeCloseTo(0.7246262544989281, 12);
  });

  it.each([
    ["mrr@2", 0],
    ["mrr@3", 1 / 3],
    ["hit_rate@2", 0],
    ["hit_rate@3", 1],
    ["recall@2", 0],
    ["ndcg@10", 0.5],
    ["map@10", 1 / 3],
  ])("%s of one target at rank 3 is %d", (name, expected) => {
    expect(valueOf(name, [9, 8, 7, 6], [7])).toBeCloseTo(expected, 12);
  });

  it.each(["recall@5", "plain_recall@5", "precision@5", "ndcg@5", "map@5", "mrr@5", "hit_rate@5"])(
    "%s is 1 of a perfect list, 0 of an empty one, and in between otherwise",
    (name) => {
      expect(valueOf(name, [1, 2, 3, 4, 5], [1, 2, 3, 4, 5])).toBeCloseTo(1, 12);
      expect(valueOf(name, [], [1])).toBe(0);
      const list = fc.uniqueArray(fc.nat(30), { maxLength: 20 });
      const targets = fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 20 });
      fc.assert(
        fc.property(list, targets, (shown, wanted) => {
          const value = valueOf(name, shown, wanted);
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1 + 1e-12);
        }),
      );
    },
  );

  it.each(["recall@4", "ndcg@4", "map@4", "mrr@4"])(
    "%s never falls when a hit moves up",
    (name) => {
      const list = fc.uniqueArray(fc.nat(9), { minLength: 2, maxLength: 10 });
      fc.assert(
        fc.property(list, fc.nat(9), fc.nat(8), (shown, target, place) => {
          const at = place % (shown.length - 1);
          const swapped = [...shown];
          [swapped[at], swapped[at + 1]] = [shown[at + 1] ?? 0, shown[at] ?? 0];
          const [before, after] = [
            valueOf(name, shown, [target]),
            valueOf(name, swapped, [target]),
          ];
          if (shown[at + 1] === target) expect(after).toBeGreaterThanOrEqual(before);
        }),
      );
    },
  );

  it.each(["recall", "recall@0", "recall@2.5", "toString@3", "", "ndcg@-1"])(
    "refuses %s",
    (name) => {
      expect(() => parseMetric(name)).toThrow(/is no measure/);
    },
  );
});
