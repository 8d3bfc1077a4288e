import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareLists } from "./compare-lists.ts";

const list = fc.uniqueArray(
  fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"),
  { maxLength: 8 },
);

describe("compareLists", () => {
  it.each([
    [["a", "b"], ["a", "b"], { overlap: 1, distance: 0 }],
    [["a", "b"], ["c", "d"], { overlap: 0, distance: 1 }],
    [["a", "b"], ["b", "a"], { overlap: 1, distance: 2 / 6 }],
    [["a", "b"], ["a", "c"], { overlap: 0.5, distance: 2 / 6 }],
    [["a"], [], { overlap: 0, distance: 1 }],
    [[], [], { overlap: 0, distance: 0 }],
  ])("compares %j with %j", (a, b, expected) => {
    expect(compareLists(a, b)).toEqual(expected);
  });

  it("is symmetric, within [0, 1], and 0 only for equal lists", () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        const { overlap, distance } = compareLists(a, b);
        expect(compareLists(b, a)).toEqual({ overlap, distance });
        expect(overlap).toBeGreaterThanOrEqual(0);
        expect(overlap).toBeLessThanOrEqual(1);
        expect(distance).toBeGreaterThanOrEqual(0);
        expect(distance).toBeLessThanOrEqual(1 + 1e-12);
        expect(distance === 0).toBe(a.join() === b.join());
      }),
    );
  });
});
