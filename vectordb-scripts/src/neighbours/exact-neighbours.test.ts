import { describe, expect, it } from "vitest";
import { recallOf, similaritiesTo, vectorTable } from "./exact-neighbours.ts";

/** Row 0 is nearest to 1, then 2, then 3 and 4 alike. */
const table = vectorTable(
  [0, 10, 30, 60, -60].map((degrees) => {
    const angle = (degrees * Math.PI) / 180;
    return Float32Array.of(Math.cos(angle), Math.sin(angle));
  }),
);

describe("recallOf", () => {
  it.each([
    { found: [1, 2], k: 2, recall: 1 },
    { found: [2, 1], k: 2, recall: 1 },
    { found: [1, 3], k: 2, recall: 0.5 },
    { found: [], k: 2, recall: 0 },
    { found: [1, 1], k: 2, recall: 0.5 },
    { found: [1, 2, 3], k: 3, recall: 1 },
    { found: [1, 2, 4], k: 3, recall: 1 },
    { found: [1, 2, 3, 4], k: 100, recall: 1 },
    { found: [1, 2, -1], k: 100, recall: 0.5 },
  ])("of $found among the $k nearest is $recall", ({ found, k, recall }) => {
    expect(recallOf(table, 0, found, k)).toBe(recall);
  });

  it("is 1 where there is nothing to find", () => {
    expect(recallOf(vectorTable([Float32Array.of(1, 0)]), 0, [], 100)).toBe(1);
  });
});

describe("similaritiesTo", () => {
  it("is the cosine to every row", () => {
    const [self, near] = similaritiesTo(table, 0);
    expect(self).toBeCloseTo(1, 6);
    expect(near).toBeCloseTo(Math.cos(Math.PI / 18), 6);
  });
});

describe("vectorTable", () => {
  it("refuses vectors of different widths", () => {
    expect(() => vectorTable([new Float32Array(2), new Float32Array(3)])).toThrow("row 1");
  });
});
