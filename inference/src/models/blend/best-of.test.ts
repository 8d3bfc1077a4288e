import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BestOf } from "./best-of.ts";

function best(values: readonly number[], k: number, leftOut: readonly number[] = []): number[] {
  const mark = new Uint8Array(values.length);
  const out = Uint8Array.from(values, (_, place) => (leftOut.includes(place) ? 1 : 0));
  new BestOf(k).mark(Float32Array.from(values), out, mark);
  return [...mark.keys()].filter((place) => mark[place] === 1);
}

describe("BestOf", () => {
  it("keeps the largest above 0, and of equal ones the first", () => {
    expect(best([0.5, 2, 1, 2, -1, 0], 2)).toEqual([1, 3]);
    expect(best([1, 1, 1, 1], 2)).toEqual([0, 1]);
    expect(best([1, 3, 1, 3, 1], 3)).toEqual([0, 1, 3]);
    expect(best([0, -1], 2)).toEqual([]);
    expect(best([3, 2, 1], 2, [0])).toEqual([1, 2]);
  });

  it("is the beginning of the sorted values, however they lie", () => {
    const value = fc.constantFrom(0, 0.25, 0.5, 1, 2, -1);
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 60 }),
        fc.integer({ min: 1, max: 12 }),
        (values, k) => {
          const sorted = [...values.keys()]
            .filter((place) => (values[place] ?? 0) > 0)
            .sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
          expect(best(values, k)).toEqual(sorted.slice(0, k).sort((a, b) => a - b));
        },
      ),
    );
  });

  it("is so of many values, also where a sample of them misleads", () => {
    const ways: ((place: number) => number)[] = [
      (place) => Math.abs(Math.sin(place)),
      (place) => place % 7,
      (place) => 1 / (1 + place),
      (place) => place,
      (place) => (place % 16 === 0 ? 1 + place : 1 / (1 + place)),
      (place) => (place % 16 === 0 ? 0 : 1),
    ];
    for (const valueOf of ways) {
      const values = Array.from({ length: 1_000 }, (_, place) => Math.fround(valueOf(place)));
      const sorted = [...values.keys()].sort(
        (a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b,
      );
      for (const k of [1, 20, 150]) {
        const expected = sorted.slice(0, k).sort((a, b) => a - b);
        expect(best(values, k)).toEqual(expected);
      }
    }
  });

  it("gives the same when it is used again", () => {
    const again = new BestOf(2);
    const none = new Uint8Array(3);
    again.mark(Float32Array.of(9, 8, 7), none, new Uint8Array(3));
    const mark = new Uint8Array(3);
    again.mark(Float32Array.of(0, 1, 2), none, mark);
    expect([...mark]).toEqual([0, 1, 1]);
  });
});
