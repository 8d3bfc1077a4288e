import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UserInteractions } from "../interactions.ts";
import { featureRows } from "./feature-rows.ts";
import { heaviest } from "./heaviest.ts";
import { limitSources } from "./limit-sources.ts";
import { neighbourTableOf } from "./neighbour-scorer.ts";
import { addProductRow, clearSums, createRowSums } from "./row-product.ts";
import { rowSums, type SparseRows, transposed } from "./sparse-rows.ts";
import { BINARY_WEIGHING, type Weighing, weigherOf } from "./weighing.ts";

const DAY_MS = 86_400_000;

/** Small dense matrices of whole numbers, mostly 0. */
const matrices = (rows: number, columns: number) =>
  fc.array(
    fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -3, max: 3 })), {
      minLength: columns,
      maxLength: columns,
    }),
    { minLength: rows, maxLength: rows },
  );

function sparse(dense: readonly number[][], columns: number): SparseRows {
  const entries = dense.map((row) => [...row.entries()].filter(([, value]) => value !== 0));
  const lengths = entries.map(({ length }) => length);
  const starts = [0, ...lengths].map((_, row) => lengths.slice(0, row).reduce((a, b) => a + b, 0));
  return {
    rows: dense.length,
    columns,
    starts: Int32Array.from(starts),
    columnOf: Int32Array.from(entries.flat(), ([column]) => column),
    values: Float32Array.from(entries.flat(), ([, value]) => value),
  };
}

describe("sparse rows", () => {
  it("are transposed as the matrix is", () => {
    fc.assert(
      fc.property(matrices(4, 3), (dense) => {
        const turned = [0, 1, 2].map((column) => dense.map((row) => row[column] ?? NaN));
        expect(transposed(sparse(dense, 3))).toStrictEqual(sparse(turned, 4));
      }),
    );
  });

  it("are summed by row", () => {
    const sums = rowSums(
      sparse(
        [
          [1, 0, -2],
          [0, 0, 0],
          [3, 3, 3],
        ],
        3,
      ),
      (value) => value ** 2,
    );
    expect([...sums]).toEqual([5, 0, 27]);
  });
});

describe("addProductRow", () => {
  it("gives the rows of the product, one after the other", () => {
    fc.assert(
      fc.property(matrices(4, 3), matrices(3, 5), (a, b) => {
        const sums = createRowSums(5);
        a.forEach((row, at) => {
          addProductRow(sums, [sparse(a, 3), at], sparse(b, 5), 2);
          const expected = [0, 1, 2, 3, 4].map((column) =>
            row.reduce((sum, value, i) => sum + 2 * value * (b[i]?.[column] ?? NaN), 0),
          );
          expect([...sums.sums].map((sum) => sum + 0)).toEqual(expected.map((sum) => sum + 0));
          const touched = [...sums.touched.subarray(0, sums.count)];
          expect(new Set(touched).size).toBe(touched.length);
          for (const [column, sum] of sums.sums.entries()) {
            if (sum !== 0) expect(touched).toContain(column);
          }
          clearSums(sums);
        });
        expect([...sums.sums]).toEqual([0, 0, 0, 0, 0]);
      }),
    );
  });
});

describe("featureRows", () => {
  it("numbers features as they appear, each once a movie", () => {
    const rows = featureRows([["b", "a"], [], ["a", "c", "a"]], 4);
    expect(rows).toMatchObject({ rows: 4, columns: 3 });
    expect([...rows.starts]).toEqual([0, 2, 2, 4, 4]);
    expect([...rows.columnOf]).toEqual([0, 1, 1, 2]);
  });
});

describe("heaviest", () => {
  it("marks the largest, of equals the first, as a sort would", () => {
    const values = fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 12 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 14 }), (of, limit) => {
        const first = [...of.keys()].sort((a, b) => (of[b] ?? 0) - (of[a] ?? 0) || a - b);
        const expected = of.map((_, place) => (first.indexOf(place) < limit ? 1 : 0));
        expect([...heaviest(Float64Array.from(of), limit)]).toEqual(expected);
      }),
    );
  });
});

describe("weigherOf", () => {
  const user: UserInteractions = {
    movieOf: Int32Array.of(0, 1, 2, 3),
    preferences: Float32Array.of(1, 0.5, 0, -0.5),
    times: Float64Array.of(0, 10 * DAY_MS, 20 * DAY_MS, 30 * DAY_MS),
  };

  it.each<[string, Partial<Weighing>, number[]]>([
    ["likes alike", {}, [1, 1, 0, 0]],
    ["likes by preference", { preferencePower: 1 }, [1, 0.5, 0, 0]],
    ["likes by the square of preference", { preferencePower: 2 }, [1, 0.25, 0, 0]],
    ["what is liked enough", { leastPreference: 0.51 }, [1, 0, 0, 0]],
    ["the least that counts as liked", { leastPreference: 0.5 }, [1, 1, 0, 0]],
    ["what was met and not liked", { otherWeight: -0.25 }, [1, 1, -0.25, -0.25]],
    ["the latest of all as 1", { recencyFloor: 0, recencyHalfLifeDays: 10 }, [1 / 8, 1 / 4, 0, 0]],
    ["age down to a floor", { recencyFloor: 0.6, recencyHalfLifeDays: 10 }, [0.65, 0.7, 0, 0]],
    ["the heaviest alone", { historyLimit: 1, preferencePower: 1 }, [1, 0, 0, 0]],
    ["of equals the first", { historyLimit: 1 }, [1, 0, 0, 0]],
    ["the furthest from 0", { historyLimit: 3, otherWeight: -0.25 }, [1, 1, -0.25, 0]],
  ])("weighs %s", (_, changes, expected) => {
    const weights = weigherOf({ ...BINARY_WEIGHING, ...changes })(user);
    weights.forEach((weight, place) => expect(weight).toBeCloseTo(expected[place] ?? NaN, 6));
    expect(weights.length).toBe(4);
  });

  it("takes no weight from a preference that is not a number", () => {
    const weights = weigherOf({ ...BINARY_WEIGHING, otherWeight: 1 });
    expect([...weights({ ...user, preferences: Float32Array.of(NaN, NaN, 1, 1) })]).toEqual([
      0, 0, 1, 1,
    ]);
  });
});

describe("limitSources", () => {
  it("keeps the largest weights for each movie, of equals the first", () => {
    const table = {
      movies: 4,
      width: 3,
      neighbours: Int32Array.of(1, 2, 3, 2, 0, -1, 1, 0, -1, 2, 1, 0),
      weights: Float32Array.of(5, 4, 3, 4, 2, 0, 5, 3, 0, 9, 6, 1),
    };
    expect(limitSources(table, 2)).toStrictEqual({
      movies: 4,
      width: 3,
      neighbours: Int32Array.of(1, 2, 3, 0, -1, -1, 0, -1, -1, 2, 1, -1),
      weights: Float32Array.of(5, 4, 3, 2, 0, 0, 3, 0, 0, 9, 6, 0),
    });
    expect(limitSources(table, 3)).toStrictEqual(table);
  });
});

describe("neighbourTableOf", () => {
  it.each([
    ["a missing array", { arrays: { neighbours: new Int32Array(4) } }],
    ["a width of another table", { numbers: { movies: 2, width: 3 } }],
    ["no width", { numbers: { movies: 2 } }],
  ])("refuses %s", (_, changes) => {
    const artifact = {
      numbers: { movies: 2, width: 2 },
      arrays: { neighbours: new Int32Array(4), weights: new Float32Array(4) },
      ...changes,
    };
    expect(() => neighbourTableOf(artifact)).toThrow(
      expect.objectContaining({ code: "data_loss" }),
    );
  });
});
