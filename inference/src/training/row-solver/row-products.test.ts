import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRowProducts } from "./row-products.ts";

const PAGE = 65_536;

/** Rows of `width` numbers, a list of some of them, weights and a vector, laid out in one memory. */
function layOut(rows: number[][], list: number[], weights: number[], vector: number[]) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const width = vector.length;
  const floats = new Float32Array(memory.buffer);
  const integers = new Uint32Array(memory.buffer);
  const at = { list: rows.length * width, weights: 0, vector: 0, into: 0 };
  at.weights = at.list + list.length;
  at.vector = at.weights + list.length;
  at.into = at.vector + width;
  floats.set(rows.flat());
  integers.set(
    list.map((row) => row * width * 4),
    at.list,
  );
  floats.set(weights, at.weights);
  floats.set(vector, at.vector);
  expect((at.into + list.length) * 4).toBeLessThan(PAGE);
  const bytes = Object.fromEntries(Object.entries(at).map(([key, place]) => [key, place * 4]));
  return { floats, at, bytes: bytes as typeof at, products: createRowProducts(memory) };
}

const number = fc.integer({ min: -8, max: 8 }); // sums of these are exact
const cases = fc
  .record({ width: fc.integer({ min: 1, max: 6 }), fours: fc.integer({ min: 1, max: 5 }) })
  .chain(({ width, fours }) => {
    const vector = fc.array(number, { minLength: 4 * width, maxLength: 4 * width });
    const length = { minLength: 4 * fours, maxLength: 4 * fours };
    return fc.record({
      rows: fc.array(vector, { minLength: 7, maxLength: 7 }),
      list: fc.array(fc.integer({ min: 0, max: 6 }), length),
      weights: fc.array(number, length),
      vector,
    });
  });

describe("createRowProducts", () => {
  it("multiplies rows with a vector, and sums them", () => {
    fc.assert(
      fc.property(cases, ({ rows, list, weights, vector }) => {
        const { floats, at, bytes, products } = layOut(rows, list, weights, vector);
        const [end, width] = [bytes.list + 4 * list.length, 4 * vector.length];
        products.dots(bytes.list, end, bytes.weights, bytes.vector, bytes.into, width);
        const dots = list.map((row, place) => {
          const dot = vector.reduce((sum, x, k) => sum + x * (rows[row]?.[k] ?? NaN), 0);
          return dot * (weights[place] ?? NaN);
        });
        expect([...floats.subarray(at.into, at.into + list.length)].map(plain)).toEqual(
          dots.map(plain),
        );
        products.sum(bytes.list, end, bytes.weights, bytes.vector, width);
        const sums = vector.map((x, k) =>
          list.reduce((sum, row, place) => {
            return sum + (weights[place] ?? NaN) * (rows[row]?.[k] ?? NaN);
          }, x),
        );
        expect([...floats.subarray(at.vector, at.vector + vector.length)].map(plain)).toEqual(
          sums.map(plain),
        );
      }),
    );
  });
});

/** −0 is 0. */
const plain = (value: number) => value + 0;
