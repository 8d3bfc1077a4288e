import { afterAll, describe, expect, it } from "vitest";
import { createPlainProducts } from "../models/linear-algebra/plain-products.ts";
import type { RowStep } from "../models/linear-algebra/row-step.ts";
import { sharedFloats, sharedRows } from "../models/linear-algebra/shared-arrays.ts";
import { fixtureDraws } from "../models/interactions.fixture.ts";
import { openProducts } from "./open-products.ts";

const [alone, together] = [openProducts(1), openProducts(3)];
afterAll(async () => {
  await Promise.all([alone, together].map((products) => products[Symbol.asyncDispose]()));
});

/** Rows with none, one and many entries of either sign. */
function stepOf(factors: number, isShared: boolean): RowStep {
  const draw = fixtureDraws(3);
  const [rows, columns] = [300, 40];
  const entries = Array.from({ length: rows }, (_, row) =>
    [...Array(columns).keys()].filter(() => draw() < (row % 7) / 8),
  );
  const starts = Int32Array.from(
    { length: rows + 1 },
    (_, row) => entries.slice(0, row).flat().length,
  );
  const columnOf = Int32Array.from(entries.flat());
  const values = Float32Array.from(columnOf, () => 2 * draw() - 0.8).map((w) => Math.min(1, w));
  const sparse = { rows, columns, starts, columnOf, values };
  const floats = (length: number, f: () => number) => {
    const array = isShared ? sharedFloats(length) : new Float32Array(length);
    return array.map(f);
  };
  const fixed = sharedFloats(columns * factors).map(() => draw() - 0.5);
  const gram = new Float32Array(factors * factors);
  for (let i = 0; i < factors; i += 1) gram[i * (factors + 1)] = 0.3 + i / factors;
  return {
    factors,
    rows: isShared ? sharedRows(sparse) : sparse,
    fixed,
    gram,
    ridge: floats(rows, () => 0.5 + draw()),
    solved: floats(rows * factors, () => draw() - 0.5),
    steps: 40,
  };
}

describe("openProducts", () => {
  it.each([
    [8, true],
    [8, false],
    [5, true],
    [1, true],
  ])("solves rows of %i factors as the plain loops do (shared: %s)", async (factors, isShared) => {
    const step = stepOf(factors, isShared);
    const plain = { ...step, solved: step.solved.slice() };
    await createPlainProducts().solveRows(plain);
    await together.solveRows(step);
    for (const [place, value] of plain.solved.entries()) {
      expect(Math.abs((step.solved[place] ?? NaN) - value)).toBeLessThan(2e-5);
    }
  });

  it("gives the same bits whatever the number of threads", async () => {
    const [one, other] = [stepOf(8, true), stepOf(8, true)];
    await alone.solveRows({ ...one, steps: 2 });
    await together.solveRows({ ...other, steps: 2 });
    expect(other.solved).toStrictEqual(one.solved);
  });

  it("solves step after step, larger and smaller ones", async () => {
    for (const factors of [2, 16, 4]) {
      const step = stepOf(factors, true);
      const plain = { ...step, solved: step.solved.slice() };
      await createPlainProducts().solveRows(plain);
      await alone.solveRows(step);
      expect(
        Math.max(...step.solved.map((x, at) => Math.abs(x - (plain.solved[at] ?? NaN)))),
      ).toBeLessThan(2e-5);
    }
  });
});
