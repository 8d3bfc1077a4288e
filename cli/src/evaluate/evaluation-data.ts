import type { MovieFacts } from "@canarec/inference/evaluation/slices";
import type { MovieFeatures } from "@canarec/inference/models/model";
import type { TrainingData } from "@canarec/inference/training/read-interactions";
import { bundleModel } from "@canarec/vectordb-scripts/bundle/bundle-model";
import { readMaterial } from "@canarec/vectordb-scripts/bundle/train-bundle";
import { readRatings } from "@canarec/vectordb-scripts/catalog/read-ratings";
import path from "node:path";
import { openModel } from "../catalog/open-model.ts";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import type { Progress } from "../output/progress.ts";
import { withDatabase } from "../with-database.ts";
import type { EvaluateCommandOptions } from "./command-options.ts";

/** What models are evaluated on. */
export interface EvaluationData {
  /** Where it comes from, for people. */
  readonly name: string;
  readonly data: Pick<TrainingData, "interactions" | "isRated">;
  readonly features: MovieFeatures;
  readonly facts: MovieFacts;
}

/** A folder of MovieLens where one is named, else the cluster. */
export async function openData(
  context: CliContext,
  options: EvaluateCommandOptions,
  progress: Progress,
): Promise<EvaluationData> {
  if (options.data !== undefined) return openFolder(context, options.data);
  return openCluster(context, options, (read, of) => progress.update(read, of, "reading"));
}

/**
 * A folder of MovieLens: ratings and genres, no embeddings.
 *
 * @throws ServiceError as readRatings does.
 */
export async function openFolder(context: CliContext, folder: string): Promise<EvaluationData> {
  const { interactions, movies, damaged } = await readRatings(path.resolve(context.folder, folder));
  if (damaged > 0) context.terminal.err(`canarec: ${damaged} lines could not be read\n`);
  const genres = movies.map((movie) => movie.genres);
  return {
    name: path.basename(folder),
    data: { interactions, isRated: new Uint8Array(interactions.movieOf.length).fill(1) },
    features: {
      embeddings: new Float32Array(0),
      dimensions: 0,
      genres,
      people: movies.map(() => []),
    },
    facts: { genres, years: movies.map(({ year }) => year ?? undefined) },
  };
}

/** The cluster's interactions, with all that training knows of its movies. */
async function openCluster(
  context: CliContext,
  options: CommonOptions,
  reads: (read: number, of: number) => void,
): Promise<EvaluationData> {
  return withDatabase(context, options, async (database, servers) => {
    const { streamTopic } = servers;
    const chromaUrl = servers.chromaUrl();
    const model = bundleModel(await openModel(servers));
    const { data, features, contents } = await readMaterial(
      { database, chromaUrl, streamTopic, since: null, ...model },
      { until: null, reads },
    );
    const years = contents.catalogue.map(({ year }) => year ?? undefined);
    return { name: "cluster", data, features, facts: { genres: features.genres, years } };
  });
}
