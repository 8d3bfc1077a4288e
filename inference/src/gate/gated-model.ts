import type { Database } from "@canarec/db-utils/database";
import { ServiceError } from "@canarec/service-kit/errors";
import { type BundleContents, decodeBundle } from "../bundle/codec/index.ts";
import { postgresBundles } from "../bundle/postgres-source.ts";
import type { ListRules } from "../list-rules.ts";
import { readAdultMovies } from "../overlay/read-adult-movies.ts";
import { readNewMovies } from "../overlay/read-new-movies.ts";
import { ServingModel } from "../serving/serving-model.ts";
import { readCountsAt } from "./read-counts-at.ts";

type Pool = Pick<Database, "pool">;

/**
 * A bundle from Postgres, every byte verified.
 *
 * @throws ServiceError "not_found"; "data_loss" where it is damaged; "failed_precondition" for one that this build cannot read.
 */
export async function readBundle(database: Pool, bundleId: string): Promise<BundleContents> {
  const stored = await postgresBundles(database).read(bundleId);
  if (stored === undefined) {
    throw new ServiceError("not_found", `there is no complete bundle ${bundleId}`);
  }
  return decodeBundle(bundleId, stored.manifest, stored.artifacts);
}

export interface ModelSource extends Pick<ListRules, "hideAdult"> {
  readonly bundleId: string;
  readonly contents: BundleContents;
  /** Whose counts; absent: the bundle's own. */
  readonly at?: Date;
}

/**
 * What a replica answers from: the bundle with newer movies and counts laid over it, without movies that nobody is
 * shown.
 */
export async function modelOf(
  database: Pool,
  { bundleId, contents, hideAdult, at }: ModelSource,
): Promise<ServingModel> {
  const model = new ServingModel(bundleId, contents);
  model.applyNewMovies(await readNewMovies(database, model));
  if (hideAdult) model.keepFromAll(await readAdultMovies(database));
  if (at === undefined) return model;
  const halfLife = contents.ranking.popularityHalfLifeHours;
  // Every movie has a row, so nothing of the bundle's own, later counts is left.
  model.applyCounts(await readCountsAt(database, at, halfLife), 0);
  return model;
}
