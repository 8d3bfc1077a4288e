import type { Artifact } from "../model.ts";
import { neighbourTableOf } from "./neighbour-scorer.ts";

/** An artifact's neighbours as a dense matrix (movies × movies), 0 where a movie is no neighbour. */
export function denseWeights(artifact: Artifact): number[][] {
  const { movies, width, neighbours, weights } = neighbourTableOf(artifact);
  return Array.from({ length: movies }, (_, movie) => {
    const row = new Array<number>(movies).fill(0);
    for (let at = movie * width; at < (movie + 1) * width; at += 1) {
      if ((neighbours[at] as number) >= 0) row[neighbours[at] as number] = weights[at] as number;
    }
    return row;
  });
}

/** A square matrix from a formula, without its diagonal and what is below 0. */
export function denseMatrix(size: number, of: (i: number, j: number) => number): number[][] {
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => (i === j ? 0 : Math.max(0, of(i, j)))),
  );
}

/** Σ of f over 0 … count − 1. */
export function sumOver(count: number, f: (index: number) => number): number {
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += f(index);
  return sum;
}
