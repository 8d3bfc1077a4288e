import type { Database } from "../database.ts";
import type { Queryable } from "../queryable.ts";
import {
  type BundleFacts,
  type BundleLimits,
  type BundleNeeds,
  type BundleReason,
  DEFAULT_BUNDLE_LIMITS,
  type ReleaseFacts,
  bundleReasons,
} from "./needed-bundles.ts";

/** What the collection found of a bundle. */
export interface CollectedBundle {
  readonly bundleId: string;
  readonly createdAt: Date;
  readonly bytes: number;
  /** Why it stays; none: it is, or would be, removed. */
  readonly reasons: readonly BundleReason[];
}

export interface Collection {
  readonly removed: readonly CollectedBundle[];
  readonly kept: readonly CollectedBundle[];
}

export interface CollectionOptions {
  readonly now: Date;
  /** Tell, and remove nothing. */
  readonly dryRun: boolean;
  readonly limits?: BundleLimits | undefined;
}

/** Whoever submits a release waits no longer than this; else the bundle stays until the next time. */
const LOCK_TIMEOUT_MS = 3_000;

/**
 * Remove the bundles that nobody needs (`bundleReasons`). Each goes in a transaction of its own that first keeps releases and
 * replicas from changing and then looks again: what a release names meanwhile stays.
 */
export async function collectBundles(
  db: Database,
  { now, dryRun, limits = DEFAULT_BUNDLE_LIMITS }: CollectionOptions,
): Promise<Collection> {
  const found = await describeBundles(db.pool, limits, now);
  const removed: CollectedBundle[] = [];
  for (const bundle of found.filter(({ reasons }) => reasons.length === 0)) {
    const goes = dryRun || (await removeUnneeded(db, bundle.bundleId, { limits, now }));
    if (goes) removed.push(bundle);
  }
  return { removed, kept: found.filter((bundle) => !removed.includes(bundle)) };
}

function removeUnneeded(
  db: Database,
  bundleId: string,
  { limits, now }: { readonly limits: BundleLimits; readonly now: Date },
): Promise<boolean> {
  return db.transaction(async ({ client }) => {
    await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query("lock table releases, rollouts, replicas in share mode");
    const again = await describeBundles(client, limits, now);
    if (again.find((bundle) => bundle.bundleId === bundleId)?.reasons.length !== 0) return false;
    await client.query("delete from bundles where bundle_id = $1", [bundleId]);
    return true;
  });
}

async function describeBundles(
  client: Queryable,
  limits: BundleLimits,
  now: Date,
): Promise<readonly CollectedBundle[]> {
  const { rows } = await client.query<BundleFacts & { bytes: number }>(
    `select bundle_id as "bundleId", (extract(epoch from created_at) * 1000)::float8 as "createdAtMs", state, pinned,
       bytes::float8 as bytes
     from bundles order by created_at desc, bundle_id`,
  );
  const needs = { bundles: rows, ...(await readNeeds(client)) };
  const reasons = bundleReasons(needs, limits, now.getTime());
  return rows.map(({ bundleId, createdAtMs, bytes }) => ({
    ...{ bundleId, createdAt: new Date(createdAtMs), bytes },
    reasons: reasons.get(bundleId) ?? ["newest"],
  }));
}

async function readNeeds(client: Queryable): Promise<Omit<BundleNeeds, "bundles">> {
  const releases = await client.query<ReleaseFacts>(
    `select bundle_id as "bundleId", coalesce(state in ('promoted', 'rolled-back', 'aborted', 'failed-to-start'), false) as ended,
       case when state = 'promoted' then coalesce((detail->>'promotedAtMs')::float8, 0) end as "mainSinceMs",
       coalesce((plan->>'rollbackWindowSeconds')::float8, 0) * 1000 as "rollbackWindowMs"
     from releases left join rollouts using (release_id)`,
  );
  const served = await client.query<{ id: string }>(
    `select distinct bundle_id as id from releases join replicas using (release_id)
     where replicas.state in ('starting', 'ready', 'draining') and bundle_id is not null
     union select distinct bundle from exposures
       where answered_at > now() - interval '1 hour' and bundle is not null`,
  );
  const trained = await client.query<{ id: string }>(
    `select bundle_id as id from training_runs where state = 'succeeded'
     order by started_at desc, run_key desc limit 1000`,
  );
  return {
    releases: releases.rows,
    served: served.rows.map(({ id }) => id),
    trained: trained.rows.map(({ id }) => id),
  };
}
