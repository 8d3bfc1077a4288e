import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPlainProducts } from "../models/linear-algebra/plain-products.ts";
import { sharedFloats } from "../models/linear-algebra/shared-arrays.ts";
import { createOnnxProducts } from "./onnx-products.ts";

const size = fc.integer({ min: 1, max: 40 });
const numbers = (length: number) =>
  fc.float32Array({
    minLength: length,
    maxLength: length,
    min: -2,
    max: 2,
    noNaN: true,
  });

const product = fc.tuple(size, size, size).chain(([m, n, k]) =>
  fc.record({
    m: fc.constant(m),
    n: fc.constant(n),
    k: fc.constant(k),
    a: numbers(m * k),
    b: numbers(n * k),
    c: numbers(m * n),
    sign: fc.constantFrom(1 as const, -1 as const),
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
  }),
);

describe("createOnnxProducts", () => {
  it.each([
    [0, 2, 2],
    [2, 0, 2],
    [2, 2, 0],
  ])("adds nothing for sizes %d, %d and %d", async (m, n, k) => {
    const c = new Float32Array(m * n).fill(3);
    const [a, b] = [new Float32Array(m * k), new Float32Array(k * n)];
    await createOnnxProducts(1).addProduct({ a, b, c, m, n, k, sign: 1 });
    expect(c).toEqual(new Float32Array(m * n).fill(3));
  });

  it("adds and subtracts a known product", async () => {
    const products = createOnnxProducts(1);
    const [a, b] = [Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(1, 0, -1, 2, 1, 0)];
    const c = Float32Array.of(1, 1, 1, 1);
    await products.addProduct({ a, b, c, m: 2, n: 2, k: 3, sign: 1 });
    expect([...c]).toEqual([3, 5, 6, 11]);
    await products.addProduct({ a, b, c, m: 2, n: 2, k: 3, sign: -1, transposeB: true });
    expect([...c]).toEqual([3 + 2, 5 - 4, 6 + 2, 11 - 13]);
  });

  it("takes parts of larger arrays, and writes no farther", async () => {
    const all = Float32Array.of(9, 2, 3, 9, 5, 7, 9, 1, 9);
    const [a, b, c] = [all.subarray(1, 3), all.subarray(4, 6), all.subarray(7, 8)];
    await createOnnxProducts(1).addProduct({ a, b, c, m: 1, n: 1, k: 2, sign: 1 });
    expect([...all]).toEqual([9, 2, 3, 9, 5, 7, 9, 1 + 10 + 21, 9]);
  });

  it("takes matrices in memory that threads share", async () => {
    const shared = sharedFloats(2);
    shared.set([3, 4]);
    const size = { m: 1, n: 1, k: 2 };
    await createOnnxProducts(1).addProduct({
      a: shared,
      b: shared,
      c: shared.subarray(1),
      sign: 1,
      ...size,
    });
    expect([...shared]).toEqual([3, 4 + 25]);
  });

  it("is the plain product, whatever the sizes, the sign and the transposes", async () => {
    const [products, plain] = [createOnnxProducts(2), createPlainProducts()];
    await fc.assert(
      fc.asyncProperty(product, async (one) => {
        const [ours, expected] = [one.c.slice(), one.c.slice()];
        await products.addProduct({ ...one, c: ours });
        await plain.addProduct({ ...one, c: expected });
        for (const [place, value] of expected.entries()) {
          expect(Math.abs((ours[place] ?? NaN) - value)).toBeLessThan(1e-4);
        }
      }),
    );
  });
});
