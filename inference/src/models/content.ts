import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";
import { reportStep } from "./fit-steps.ts";
import type { FitTools, MovieFeatures } from "./model.ts";
import { type NeighbourTable, NeighbourTableWriter } from "./sparse/neighbour-table.ts";
import { BY_WEIGHING, tableModel } from "./sparse/table-model.ts";
import { GRADED_WEIGHING, type Weighing, WeighingShape } from "./sparse/weighing.ts";

/** Movies whose similarities to all are in memory at once. */
const BLOCK_MOVIES = 128;

const Config = z.strictObject({
  ...WeighingShape,
  neighbours: z.int().min(1).max(1000),
});

/** How many movies are near. */
export interface ContentConfig extends Weighing {
  /** Kept a movie. */
  readonly neighbours: number;
}

/**
 * Movies are alike that are described alike: the cosine of their embeddings, exact. Learns nothing
 * from interactions, so that a movie without a watcher has neighbours, too.
 */
export const content = tableModel<ContentConfig>({
  name: "content",
  schema: Config,
  defaults: { ...GRADED_WEIGHING, neighbours: 100 },
  weighing: BY_WEIGHING,
  async table({ movies }, config, tools) {
    checkEmbeddings(tools.features, movies);
    return nearest({ movies, width: config.neighbours }, tools);
  },
});

/** Each movie's nearest, in blocks: a product of matrices, then the best of each row. */
async function nearest(
  { movies, width }: Pick<NeighbourTable, "movies" | "width">,
  tools: FitTools,
): Promise<NeighbourTable> {
  const { embeddings, dimensions } = tools.features;
  const writer = new NeighbourTableWriter(movies, width);
  for (let start = 0; start < movies; start += BLOCK_MOVIES) {
    await reportStep(tools, start / movies);
    const m = Math.min(BLOCK_MOVIES, movies - start);
    const similarities = new Float32Array(m * movies);
    await tools.products.addProduct({
      a: embeddings.slice(start * dimensions, (start + m) * dimensions),
      b: embeddings,
      c: similarities,
      ...{ m, n: movies, k: dimensions },
      sign: 1,
      transposeB: true,
    });
    for (let row = 0; row < m; row += 1) {
      const others = similarities.subarray(row * movies, (row + 1) * movies);
      others.forEach((similarity, other) => {
        if (similarity > 0 && other !== start + row) writer.offer(other, similarity);
      });
      writer.endRow(start + row);
    }
  }
  await reportStep(tools, 1);
  return writer.table;
}

function checkEmbeddings({ embeddings, dimensions }: MovieFeatures, movies: number): void {
  if (embeddings.length !== movies * dimensions) {
    throw new ServiceError(
      "invalid_argument",
      `embeddings: ${embeddings.length} numbers of ${movies} movies × ${dimensions}`,
    );
  }
  const at = embeddings.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new ServiceError("invalid_argument", `embeddings: a number that is not finite, at ${at}`);
}
