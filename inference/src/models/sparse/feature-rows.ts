import type { SparseRows } from "./sparse-rows.ts";

/**
 * Movies × features, 1 where a movie has a feature, duplicates once. Features are numbered as they
 * first appear.
 *
 * @param features names by dense index; movies beyond their end have none.
 */
export function featureRows(features: readonly (readonly string[])[], movies: number): SparseRows {
  const numbers = new Map<string, number>();
  const numberOf = (name: string) => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  };
  const rows = Array.from({ length: movies }, (_, movie) =>
    [...new Set(features[movie]?.map(numberOf))].sort((a, b) => a - b),
  );
  const starts = new Int32Array(movies + 1);
  rows.forEach((row, movie) => {
    starts[movie + 1] = (starts[movie] as number) + row.length;
  });
  const columnOf = Int32Array.from(rows.flat());
  const values = new Float32Array(columnOf.length).fill(1);
  return { rows: movies, columns: numbers.size, starts, columnOf, values };
}
