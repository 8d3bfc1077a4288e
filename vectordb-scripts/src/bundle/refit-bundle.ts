import type { Database } from "@canarec/db-utils/database";
import type { BundleContents } from "@canarec/inference/bundle/codec/index";
import { openMovieVectors } from "@canarec/inference/embedding/movie-vectors";
import { type FitOptions, fitModels } from "@canarec/inference/training/fit-models";
import { learnGroups } from "@canarec/inference/training/learn-groups";
import { ratedRows } from "@canarec/inference/training/rated-rows";
import { featuresOf } from "@canarec/inference/training/read-features";
import { readTrainingInput } from "@canarec/inference/training/read-training-input";

export interface RefitSources extends Pick<FitOptions, "products" | "signal" | "nowMs"> {
  readonly database: Database;
  readonly chromaUrl: string;
}

/**
 * The bundle with its models fitted anew, by their own parameters, to what was known at a time: what it would have
 * been then. The blend's few weights stay as they are. A bundle without a learned part is given back as it is.
 *
 * @param at only interactions whose latest event is before it.
 * @throws ServiceError "unavailable" where Chroma is away; else as the models do.
 */
export async function refitBundle(
  { database, chromaUrl, ...tools }: RefitSources,
  contents: BundleContents,
  at: Date,
): Promise<BundleContents> {
  const { learned, catalogue, collection } = contents;
  if (learned === undefined) return contents;
  const { since } = learned.from;
  const period = { since: since === null ? null : new Date(since), until: at };
  const { data, people, persons } = await database.transaction(
    ({ client }) => readTrainingInput(client, catalogue, { rule: learned.preference, period }),
    { isolation: "repeatable read" },
  );
  const vectors = await openMovieVectors({ chromaUrl, collection });
  const features = await featuresOf(catalogue, people, vectors);
  const { interactions } = data;
  const { models } = await fitModels(
    { interactions, ratings: ratedRows(data), features },
    learned.models,
    { ...tools, progress: () => undefined },
  );
  const { groups: before, ...others } = learned;
  const groups = before && learnGroups(interactions, persons);
  return {
    ...contents,
    learned: { ...others, from: data.from, models, ...(groups && { groups }) },
  };
}
