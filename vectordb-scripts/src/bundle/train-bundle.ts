import type { Database } from "@canarec/db-utils/database";
import { type BundleContents, encodeBundle } from "@canarec/inference/bundle/codec/index";
import { openMovieVectors } from "@canarec/inference/embedding/movie-vectors";
import { DEFAULT_PREFERENCE } from "@canarec/inference/models/preference";
import { prepareLearned } from "@canarec/inference/models/ranker/prepare-learned";
import { featuresOf } from "@canarec/inference/training/read-features";
import { readTrainingInput } from "@canarec/inference/training/read-training-input";
import {
  type TrainInput,
  type TrainOptions,
  type Trained,
  trainModels,
} from "@canarec/inference/training/train-models";
import type { ModelPlan } from "@canarec/inference/training/model-plan";
import { tuneModels } from "@canarec/inference/training/tune-models";
import { ServiceError } from "@canarec/service-kit/errors";
import { type BuildReport, countWithoutNeighbours } from "./build-bundle.ts";
import { type BundleInput, readContents } from "./read-contents.ts";
import { storeBundle } from "./store-bundle.ts";
import { databaseTrials } from "./trial-store.ts";

/** What a bundle is trained of, beside the database. */
export interface TrainingRequest extends BundleInput, Pick<TrainInput, "plans" | "seed" | "blend"> {
  readonly database: Database;
  readonly chromaUrl: string;
  /** Only interactions from then on; null: all. */
  readonly since: Date | null;
  /** Search for better parameters so long, first; absent: take the plans as they are. */
  readonly tuneMs?: number | undefined;
}

export interface TrainingProgress extends TrainOptions {
  /** @param of interactions in all. */
  readonly reads: (read: number, of: number) => void;
  /** Told once everything has been read. */
  readonly hasRead: (source: TrainingMaterial) => Promise<void>;
}

/** Everything of one moment: a bundle without models, and what models are fitted to. */
export type TrainingMaterial = Pick<TrainInput, "data" | "features" | "persons" | "taken"> & {
  readonly contents: BundleContents;
};

/** A bundle that was trained and stored. */
export type TrainedBundle = BuildReport &
  Pick<Trained, "seconds" | "metrics" | "weighedBy" | "weighedLists" | "learned">;

/**
 * Train on the tables as they are now, and store the bundle. The same data, plans and seed give the same bundle.
 *
 * @throws ServiceError "failed_precondition" without a movie, without anything that anybody liked, or while another
 *   bundle is stored; "unavailable" where Chroma is away; else as trainModels does.
 */
export async function trainBundle(
  request: TrainingRequest,
  options: TrainingProgress,
): Promise<TrainedBundle> {
  const { seed, blend } = request;
  const listsBy = blend === undefined ? seed : undefined;
  const material = await readMaterial(request, { until: null, reads: options.reads, listsBy });
  await options.hasRead(material);
  const plans = await plansFor(request, material, options);
  const trained = await trainModels(
    { ...material, plans, seed, rule: DEFAULT_PREFERENCE, ...(blend && { blend }) },
    options,
  );
  const { contents } = material;
  // What a replica would refuse is not stored.
  prepareLearned(trained.learned, contents.catalogue.length);
  const bundle = encodeBundle({ ...contents, learned: trained.learned });
  const outcome = await storeBundle(request.database, bundle);
  return {
    ...trained,
    outcome,
    withoutNeighbours: countWithoutNeighbours(contents),
    collection: contents.collection,
    watermark: contents.watermark,
    bundleId: bundle.bundleId,
    bytes: bundle.manifest.artifacts.reduce((total, { bytes }) => total + bytes, 0),
    movies: contents.catalogue.length,
  };
}

/** The plans, or better ones where these are to be searched for. */
function plansFor(
  { database, plans, seed, tuneMs: budgetMs }: TrainingRequest,
  { data, features }: TrainingMaterial,
  options: TrainingProgress,
): Promise<readonly ModelPlan[]> | readonly ModelPlan[] {
  if (budgetMs === undefined) return plans;
  const trials = databaseTrials(database);
  return tuneModels({ data, features, plans, seed, budgetMs, trials }, options);
}

export interface MaterialOptions {
  /** Only interactions whose latest event is before it; null: all. */
  readonly until: Date | null;
  readonly reads: TrainingProgress["reads"];
  /** Seed by which lists are drawn that weights are learned from; absent: none are read. */
  readonly listsBy?: number | undefined;
}

/**
 * Read what training needs, of one moment.
 *
 * @throws ServiceError "failed_precondition" for an empty catalogue.
 */
export async function readMaterial(
  { database, chromaUrl, since, streamTopic, ...model }: Omit<TrainingRequest, "plans" | "seed">,
  { until, reads, listsBy }: MaterialOptions,
): Promise<TrainingMaterial> {
  const { collection, textVersion, modelVersion, ranking } = model;
  const input = { collection, textVersion, modelVersion, ranking, streamTopic };
  const rule = DEFAULT_PREFERENCE;
  const read = await database.transaction(
    async ({ client }) => {
      const contents = await readContents(client, input);
      const period = { since, until };
      const progress = reads;
      return {
        contents,
        ...(await readTrainingInput(client, contents.catalogue, {
          rule,
          period,
          progress,
          listsBy,
        })),
      };
    },
    { isolation: "repeatable read" },
  );
  const { contents, data, taken, people, persons } = read;
  if (contents.catalogue.length === 0) {
    throw new ServiceError(
      "failed_precondition",
      "the catalogue is empty: import one first (canarec catalog import)",
    );
  }
  const vectors = await openMovieVectors({ chromaUrl, collection });
  const features = await featuresOf(contents.catalogue, people, vectors);
  return { contents, data, taken, persons, features };
}
