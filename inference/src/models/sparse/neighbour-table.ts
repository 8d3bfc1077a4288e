import { TopK } from "../../ranking/top-k.ts";
import { isReportDue, reportStep } from "../fit-steps.ts";
import type { FitTools } from "../model.ts";
import { clearSums, createRowSums, type RowSums } from "./row-product.ts";

/** Each movie's weights to other movies, those of the largest magnitude. */
export interface NeighbourTable {
  readonly movies: number;
  /** Entries a movie. */
  readonly width: number;
  /** Dense indices, (movies × width), heaviest first, padded with −1. */
  readonly neighbours: Int32Array;
  /** (movies × width), padded with 0. */
  readonly weights: Float32Array;
}

/** Fills a table row by row. */
export class NeighbourTableWriter {
  readonly table: NeighbourTable;
  readonly #best: TopK;
  /** By movie, as it was offered last. */
  readonly #offered: Float32Array;

  constructor(movies: number, width: number) {
    this.table = {
      movies,
      width,
      neighbours: new Int32Array(movies * width).fill(-1),
      weights: new Float32Array(movies * width),
    };
    this.#offered = new Float32Array(movies);
    this.#best = new TopK(
      width,
      Int32Array.from({ length: movies }, (_, movie) => movie),
    );
  }

  /** Propose an entry of the row that is being written. @param weight of either sign. */
  offer(other: number, weight: number): void {
    this.#offered[other] = weight;
    this.#best.offer(other, Math.abs(weight));
  }

  /** Write what was best as a movie's row: the largest weights by magnitude, ties to the smaller index. */
  endRow(movie: number): void {
    const { width, neighbours, weights } = this.table;
    this.#best.sorted().forEach((kept, place) => {
      neighbours[movie * width + place] = kept.movie;
      weights[movie * width + place] = this.#offered[kept.movie] as number;
    });
    this.#best.clear();
  }
}

/**
 * A table from weights that are summed one movie at a time. Kept are the largest above 0; a movie is
 * not its own neighbour.
 *
 * @param fill adds a movie's weights to sums that are 0.
 * @throws what the signal was aborted with.
 */
export async function fitNeighbourTable(
  { movies, width }: Pick<NeighbourTable, "movies" | "width">,
  tools: FitTools,
  fill: (movie: number, sums: RowSums) => void,
): Promise<NeighbourTable> {
  const writer = new NeighbourTableWriter(movies, width);
  const sums = createRowSums(movies);
  for (let movie = 0; movie < movies; movie += 1) {
    if (isReportDue(movie, movies)) await reportStep(tools, movie / movies);
    fill(movie, sums);
    for (let at = 0; at < sums.count; at += 1) {
      const other = sums.touched[at] as number;
      const weight = Math.fround(sums.sums[other] as number);
      if (weight > 0 && other !== movie) writer.offer(other, weight);
    }
    writer.endRow(movie);
    clearSums(sums);
  }
  await reportStep(tools, 1);
  return writer.table;
}
